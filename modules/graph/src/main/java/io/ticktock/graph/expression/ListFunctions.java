package io.ticktock.graph.expression;

import com.google.common.primitives.UnsignedLong;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.Collectors;

/** What expressions can do with lists and maps. Each takes time in proportion to them, or to that and its logarithm. */
final class ListFunctions {

    private static final Comparator<Map.Entry<String, Number>> LARGEST_FIRST =
            Map.Entry.<String, Number>comparingByValue(NumberFunctions::compare)
                    .reversed()
                    .thenComparing(Map.Entry.comparingByKey());

    private ListFunctions() {}

    /** Fails when a list of this size is longer than expressions may make one. */
    static void check(long size) {
        if (size > Limits.MAX_ELEMENTS) {
            throw new ExpressionFailure("the list is longer than " + Limits.MAX_ELEMENTS + " elements");
        }
    }

    /** How often each value occurs, by its text, in the order of first occurrence. */
    static Map<String, Object> counts(List<?> list) {
        Map<String, Object> counts = new LinkedHashMap<>();
        for (Object element : list) {
            counts.merge(key(element), 1L, (count, one) -> (Long) count + 1);
        }
        return counts;
    }

    /** The sums of the numbers that stand under the same key. */
    static Map<String, Object> mergeCounts(List<?> maps) {
        Map<String, Object> sums = new LinkedHashMap<>();
        for (Object element : maps) {
            if (!(element instanceof Map<?, ?> map)) {
                throw new ExpressionFailure("mergeCounts takes a list of maps from text to number");
            }
            map.forEach((key, value) -> sums.merge(
                    key(key), number("mergeCounts", value), (a, b) -> NumberFunctions.add((Number) a, (Number) b)));
        }
        return sums;
    }

    /** The entries with the n largest numbers, largest first and those with the same number by key. */
    static List<Map<String, Object>> top(Map<?, ?> map, long n) {
        if (n < 0 || n > Limits.MAX_ELEMENTS) {
            throw new ExpressionFailure(
                    "top takes a number of entries from 0 to " + Limits.MAX_ELEMENTS + ", not " + n);
        }
        PriorityQueue<Map.Entry<String, Number>> largest = new PriorityQueue<>(LARGEST_FIRST.reversed());
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            largest.add(Map.entry(key(entry.getKey()), number("top", entry.getValue())));
            if (largest.size() > n) {
                largest.remove();
            }
        }
        return largest.stream()
                .sorted(LARGEST_FIRST)
                .map(entry -> keyAndValue(entry.getKey(), entry.getValue()))
                .toList();
    }

    static List<Map<String, Object>> entries(Map<?, ?> map) {
        return map.entrySet().stream()
                .map(entry -> keyAndValue(key(entry.getKey()), entry.getValue()))
                .toList();
    }

    static List<Object> keys(Map<?, ?> map) {
        return List.copyOf(map.keySet());
    }

    static List<Object> values(Map<?, ?> map) {
        return List.copyOf(map.values());
    }

    static List<Object> flatten(List<?> list) {
        List<Object> flat = new ArrayList<>();
        for (Object element : list) {
            if (element instanceof Collection<?> inner) {
                check((long) flat.size() + inner.size());
                flat.addAll(inner);
            } else {
                flat.add(element);
            }
        }
        return flat;
    }

    /** The values in the order of their first occurrence. A number is the same whether it is an int or a double. */
    static List<Object> distinct(List<?> list) {
        Set<Object> seen = new LinkedHashSet<>();
        List<Object> distinct = new ArrayList<>();
        for (Object element : list) {
            if (seen.add(comparable(PlainValues.toPlain(element)))) {
                distinct.add(element);
            }
        }
        return distinct;
    }

    static boolean containsAll(List<?> list, List<?> others) {
        return comparables(list).containsAll(comparables(others));
    }

    static boolean sameElements(List<?> list, List<?> others) {
        return comparables(list).equals(comparables(others));
    }

    static boolean intersect(List<?> list, List<?> others) {
        return !Collections.disjoint(comparables(list), comparables(others));
    }

    private static Set<Object> comparables(List<?> list) {
        return list.stream().map(ListFunctions::comparable).collect(Collectors.toSet());
    }

    static List<Object> sort(List<?> list) {
        List<Object> sorted = new ArrayList<>(list);
        sorted.sort(ListFunctions::compare);
        return sorted;
    }

    /** The second elements of these pairs, in the order of the first ones. */
    static List<Object> sortByKeys(List<?> pairs) {
        return pairs.stream()
                .map(pair -> (List<?>) pair)
                .sorted((a, b) -> compare(a.get(0), b.get(0)))
                .<Object>map(pair -> pair.get(1))
                .toList();
    }

    /** Consecutive parts of this size; the last one may be shorter. */
    static List<List<Object>> chunks(List<?> list, long size) {
        if (size < 1) {
            throw new ExpressionFailure("chunks takes a size from 1, not " + size);
        }
        List<List<Object>> chunks = new ArrayList<>();
        int step = (int) Math.min(size, Integer.MAX_VALUE / 2);
        for (int from = 0; from < list.size(); from += step) {
            chunks.add(new ArrayList<>(list.subList(from, Math.min(from + step, list.size()))));
        }
        return chunks;
    }

    /** 0 to n - 1. */
    static List<Long> range(long n) {
        if (n < 0) {
            throw new ExpressionFailure("range takes a number from 0, not " + n);
        }
        check(n);
        List<Long> range = new ArrayList<>((int) n);
        for (long i = 0; i < n; i++) {
            range.add(i);
        }
        return range;
    }

    static Object smallest(List<?> list) {
        return list.stream()
                .map(Object.class::cast)
                .min(ListFunctions::compare)
                .orElseThrow(() -> new ExpressionFailure("min of an empty list"));
    }

    static Object largest(List<?> list) {
        return list.stream()
                .map(Object.class::cast)
                .max(ListFunctions::compare)
                .orElseThrow(() -> new ExpressionFailure("max of an empty list"));
    }

    /** Orders numbers among each other, and otherwise values of one kind. */
    @SuppressWarnings("unchecked")
    static int compare(Object a, Object b) {
        if (a instanceof Number left && b instanceof Number right) {
            return NumberFunctions.compare(left, right);
        }
        if (a instanceof Comparable<?> left && a.getClass() == b.getClass()) {
            return ((Comparable<Object>) left).compareTo(b);
        }
        throw new ExpressionFailure("only numbers, or texts, or values of another ordered kind can be put in order");
    }

    private static Map<String, Object> keyAndValue(String key, Object value) {
        Map<String, Object> pair = new LinkedHashMap<>();
        pair.put("key", key);
        pair.put("value", value);
        return pair;
    }

    private static String key(Object value) {
        return value instanceof String text ? text : TextFunctions.of(PlainValues.toPlain(value));
    }

    private static Number number(String function, Object value) {
        if (value instanceof Number number) {
            return number;
        }
        throw new ExpressionFailure(function + " takes numbers as the values of a map");
    }

    private static Object comparable(Object value) {
        if (value instanceof UnsignedLong number) {
            return comparable(PlainValues.toPlain(number));
        }
        if (value instanceof Long number && Math.abs(number) < NumberFunctions.EXACT_IN_DOUBLE) {
            return number.doubleValue();
        }
        if (value instanceof List<?> list) {
            return list.stream().map(ListFunctions::comparable).collect(ArrayList::new, List::add, List::addAll);
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> comparable = new LinkedHashMap<>();
            map.forEach((key, element) -> comparable.put(key, comparable(element)));
            return comparable;
        }
        return value;
    }
}
