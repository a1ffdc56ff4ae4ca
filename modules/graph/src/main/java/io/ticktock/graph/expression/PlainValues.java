package io.ticktock.graph.expression;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.types.TypeType;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.RandomAccess;
import java.util.Set;

/**
 * Between plain trees and the values that CEL works on. They differ little (null, the width of numbers, bytes), so a
 * tree is not copied but looked at through views, and a view that comes back is the tree again.
 */
final class PlainValues {

    private static final int MAX_DEPTH = 64;

    private final int maxElements;
    private int elements;

    private PlainValues(int maxElements) {
        this.maxElements = maxElements;
    }

    /** The tree as CEL sees it; takes constant time. */
    static Object toCel(Object plain) {
        if (plain == null) {
            return NullValue.NULL_VALUE;
        }
        if (plain instanceof Map<?, ?> map) {
            return new MapView(map);
        }
        if (plain instanceof List<?> list) {
            return new ListView(list);
        }
        if (plain instanceof Integer || plain instanceof Short || plain instanceof Byte) {
            return ((Number) plain).longValue();
        }
        if (plain instanceof Float number) {
            return number.doubleValue();
        }
        if (plain instanceof byte[] bytes) {
            return CelByteString.of(bytes);
        }
        return plain;
    }

    /**
     * The plain tree of a value. Timestamps and durations become text, bytes become Base64 text, an empty optional
     * becomes null. Throws {@link ExpressionFailure} for what has no place in such a tree.
     */
    static Object toPlain(Object value) {
        return new PlainValues(Limits.MAX_ELEMENTS).plain(value, 0);
    }

    private Object plain(Object value, int depth) {
        if (value instanceof String || value instanceof Boolean || value instanceof Long) {
            return value;
        }
        if (value == null || value == NullValue.NULL_VALUE) {
            return null;
        }
        if (value instanceof Double number) {
            return finite(number);
        }
        if (value instanceof MapView view) {
            return view.plain;
        }
        if (value instanceof ListView view) {
            return view.plain;
        }
        if (value instanceof Map<?, ?> map) {
            return plainMap(map, deeper(depth, map.size()));
        }
        if (value instanceof Collection<?> list) {
            return plainList(list, deeper(depth, list.size()));
        }
        if (value instanceof Optional<?> optional) {
            return plain(optional.orElse(null), depth);
        }
        return plainScalar(value);
    }

    private int deeper(int depth, int size) {
        elements += size;
        if (size > maxElements || elements > maxElements) {
            throw new ExpressionFailure("the value has more than " + maxElements + " elements");
        }
        if (depth == MAX_DEPTH) {
            throw new ExpressionFailure("the value nests deeper than " + MAX_DEPTH + " levels");
        }
        return depth + 1;
    }

    private Map<String, Object> plainMap(Map<?, ?> map, int depth) {
        Map<String, Object> plain = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            plain.put(String.valueOf(plain(entry.getKey(), depth)), plain(entry.getValue(), depth));
        }
        return Collections.unmodifiableMap(plain);
    }

    private List<Object> plainList(Collection<?> list, int depth) {
        List<Object> plain = new ArrayList<>(list.size());
        for (Object element : list) {
            plain.add(plain(element, depth));
        }
        return Collections.unmodifiableList(plain);
    }

    private static Double finite(Double number) {
        if (number.isNaN() || number.isInfinite()) {
            throw new ExpressionFailure(
                    "the value has the number " + number + ", which JSON does not know; check for a division by zero");
        }
        return number;
    }

    private static Object plainScalar(Object value) {
        if (value instanceof UnsignedLong number) {
            return number.bigIntegerValue().bitLength() < Long.SIZE
                    ? (Object) number.longValue()
                    : number.doubleValue();
        }
        if (value instanceof CelByteString bytes) {
            return Base64.getEncoder().encodeToString(bytes.toByteArray());
        }
        if (value instanceof Instant time) {
            return time.toString();
        }
        if (value instanceof Duration duration) {
            return seconds(duration);
        }
        if (value instanceof TypeType type) {
            return type.containingTypeName();
        }
        throw new ExpressionFailure("the value is of a kind that has no place in JSON");
    }

    /** Such as 1.5s, which CEL's {@code duration()} reads. */
    private static String seconds(Duration duration) {
        String text = BigDecimal.valueOf(duration.getSeconds())
                .add(BigDecimal.valueOf(duration.getNano(), 9))
                .stripTrailingZeros()
                .toPlainString();
        return text + "s";
    }

    /** A JSON object as CEL sees it. */
    private static final class MapView extends AbstractMap<Object, Object> {

        private final Map<?, ?> plain;

        MapView(Map<?, ?> plain) {
            this.plain = plain;
        }

        @Override
        public Object get(Object key) {
            Object value = plain.get(key);
            return value != null || plain.containsKey(key) ? toCel(value) : null;
        }

        @Override
        public boolean containsKey(Object key) {
            return plain.containsKey(key);
        }

        @Override
        public int size() {
            return plain.size();
        }

        @Override
        public Set<Entry<Object, Object>> entrySet() {
            return new AbstractSet<>() {
                @Override
                public Iterator<Entry<Object, Object>> iterator() {
                    return plain.entrySet().stream()
                            .map(entry -> Map.<Object, Object>entry(entry.getKey(), toCel(entry.getValue())))
                            .iterator();
                }

                @Override
                public int size() {
                    return plain.size();
                }
            };
        }
    }

    /** A JSON array as CEL sees it. */
    private static final class ListView extends AbstractList<Object> implements RandomAccess {

        private final List<?> plain;

        ListView(List<?> plain) {
            this.plain = plain;
        }

        @Override
        public Object get(int index) {
            return toCel(plain.get(index));
        }

        @Override
        public int size() {
            return plain.size();
        }
    }
}
