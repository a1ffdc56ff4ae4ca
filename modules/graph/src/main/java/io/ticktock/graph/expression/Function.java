package io.ticktock.graph.expression;

import static dev.cel.common.types.SimpleType.BOOL;
import static dev.cel.common.types.SimpleType.DOUBLE;
import static dev.cel.common.types.SimpleType.DYN;
import static dev.cel.common.types.SimpleType.INT;
import static dev.cel.common.types.SimpleType.STRING;

import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelFunctionOverload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A function that graphs have beyond those of CEL. It can be written in both of CEL's styles: {@code words(text)} and
 * {@code text.words()} are the same.
 *
 * @param parameters their types, at least one
 * @param body gets the arguments in order
 */
record Function(String name, CelType result, List<CelType> parameters, CelFunctionOverload body) {

    private static final ListType LIST = ListType.create(DYN);
    private static final ListType STRINGS = ListType.create(STRING);
    private static final MapType MAP = MapType.create(STRING, DYN);

    /** All of them. A name may stand for several, told apart by their parameters. */
    static final List<Function> ALL = all();

    private static List<Function> all() {
        List<Function> all = new ArrayList<>();
        all.addAll(onText());
        all.addAll(onLists());
        all.addAll(onSets());
        all.addAll(onMaps());
        all.addAll(onNumbers());
        return List.copyOf(all);
    }

    private static List<Function> onText() {
        return List.of(
                new Function("lines", STRINGS, List.of(STRING), args -> TextFunctions.lines(text(args, 0))),
                new Function("paragraphs", STRINGS, List.of(STRING), args -> TextFunctions.paragraphs(text(args, 0))),
                new Function("words", STRINGS, List.of(STRING), args -> TextFunctions.words(text(args, 0))),
                new Function("lower", STRING, List.of(STRING), args -> TextFunctions.lower(text(args, 0))),
                new Function("upper", STRING, List.of(STRING), args -> TextFunctions.upper(text(args, 0))),
                new Function(
                        "trim", STRING, List.of(STRING), args -> text(args, 0).strip()),
                new Function(
                        "replace",
                        STRING,
                        List.of(STRING, STRING, STRING),
                        args -> TextFunctions.replace(text(args, 0), text(args, 1), text(args, 2))),
                new Function(
                        "split",
                        STRINGS,
                        List.of(STRING, STRING),
                        args -> TextFunctions.split(text(args, 0), text(args, 1))),
                new Function(
                        "join",
                        STRING,
                        List.of(LIST, STRING),
                        args -> TextFunctions.join(list(args, 0), text(args, 1))),
                new Function("json", DYN, List.of(STRING), args -> PlainValues.toCel(PlainJson.parse(text(args, 0)))),
                new Function("toJson", STRING, List.of(DYN), args -> PlainJson.write(PlainValues.toPlain(args[0]))),
                new Function(
                        "digest",
                        STRING,
                        List.of(DYN),
                        args -> TextFunctions.digest(PlainJson.write(PlainValues.toPlain(args[0])))));
    }

    private static List<Function> onLists() {
        return List.of(
                new Function("sort", LIST, List.of(LIST), args -> ListFunctions.sort(list(args, 0))),
                // What CEL's macro sortBy(x, key) becomes; CEL's own declaration gets the type of the result wrong.
                new Function(
                        "lists.@sortByAssociatedKeys",
                        LIST,
                        List.of(LIST),
                        args -> ListFunctions.sortByKeys(list(args, 0))),
                new Function("distinct", LIST, List.of(LIST), args -> ListFunctions.distinct(list(args, 0))),
                new Function("flatten", LIST, List.of(LIST), args -> ListFunctions.flatten(list(args, 0))),
                new Function(
                        "chunks",
                        ListType.create(LIST),
                        List.of(LIST, INT),
                        args -> ListFunctions.chunks(list(args, 0), (Long) args[1])),
                new Function("range", ListType.create(INT), List.of(INT), args -> ListFunctions.range((Long) args[0])),
                new Function("sum", DYN, List.of(LIST), args -> NumberFunctions.sum(list(args, 0))),
                new Function("min", DYN, List.of(LIST), args -> ListFunctions.smallest(list(args, 0))),
                new Function("max", DYN, List.of(LIST), args -> ListFunctions.largest(list(args, 0))),
                new Function("counts", MAP, List.of(LIST), args -> ListFunctions.counts(list(args, 0))),
                new Function("mergeCounts", MAP, List.of(LIST), args -> ListFunctions.mergeCounts(list(args, 0))));
    }

    /** As CEL's own, which take the time of one list's length multiplied by the other's. */
    private static List<Function> onSets() {
        return List.of(
                new Function(
                        "sets.contains",
                        BOOL,
                        List.of(LIST, LIST),
                        args -> ListFunctions.containsAll(list(args, 0), list(args, 1))),
                new Function(
                        "sets.equivalent",
                        BOOL,
                        List.of(LIST, LIST),
                        args -> ListFunctions.sameElements(list(args, 0), list(args, 1))),
                new Function(
                        "sets.intersects",
                        BOOL,
                        List.of(LIST, LIST),
                        args -> ListFunctions.intersect(list(args, 0), list(args, 1))));
    }

    private static List<Function> onMaps() {
        return List.of(
                new Function(
                        "top",
                        ListType.create(MAP),
                        List.of(MAP, INT),
                        args -> ListFunctions.top(map(args, 0), (Long) args[1])),
                new Function(
                        "entries", ListType.create(MAP), List.of(MAP), args -> ListFunctions.entries(map(args, 0))),
                new Function("keys", STRINGS, List.of(MAP), args -> ListFunctions.keys(map(args, 0))),
                new Function("values", LIST, List.of(MAP), args -> ListFunctions.values(map(args, 0))));
    }

    private static List<Function> onNumbers() {
        return List.of(
                new Function("min", DYN, List.of(DYN, DYN), args -> ListFunctions.smallest(List.of(args))),
                new Function("max", DYN, List.of(DYN, DYN), args -> ListFunctions.largest(List.of(args))),
                new Function("abs", INT, List.of(INT), args -> NumberFunctions.abs((Long) args[0])),
                new Function("abs", DOUBLE, List.of(DOUBLE), args -> Math.abs((Double) args[0])),
                new Function("round", INT, List.of(INT), args -> args[0]),
                new Function("round", INT, List.of(DOUBLE), args -> NumberFunctions.round((Double) args[0])),
                new Function("round", INT, List.of(INT, INT), args -> args[0]),
                new Function(
                        "round",
                        DOUBLE,
                        List.of(DOUBLE, INT),
                        args -> NumberFunctions.round((Double) args[0], (Long) args[1])));
    }

    CelFunctionDecl declaration() {
        return CelFunctionDecl.newFunctionDeclaration(
                name,
                CelOverloadDecl.newGlobalOverload(globalId(), result, parameters),
                CelOverloadDecl.newMemberOverload(memberId(), result, parameters));
    }

    List<CelFunctionBinding> bindings() {
        List<Class<?>> classes = new ArrayList<>();
        parameters.forEach(type -> classes.add(classOf(type)));
        CelFunctionOverload reporting = reporting(body);
        return List.of(
                CelFunctionBinding.from(globalId(), classes, reporting),
                CelFunctionBinding.from(memberId(), classes, reporting));
    }

    /** The names of its parameter types, for messages. */
    String signature() {
        return name + "("
                + String.join(", ", parameters.stream().map(CelType::name).toList()) + ")";
    }

    /** Failures as CEL knows them. Of any other it would write the arguments, however large, into the message. */
    static CelFunctionOverload reporting(CelFunctionOverload body) {
        return args -> {
            try {
                return body.apply(args);
            } catch (ExpressionFailure e) {
                throw new CelEvaluationException(e.getMessage(), e);
            }
        };
    }

    private String globalId() {
        StringBuilder id = new StringBuilder("ticktock_").append(name);
        parameters.forEach(type -> id.append('_').append(type.kind()));
        return id.toString();
    }

    private String memberId() {
        return globalId() + "_member";
    }

    private static Class<?> classOf(CelType type) {
        if (type instanceof ListType) {
            return List.class;
        }
        if (type instanceof MapType) {
            return Map.class;
        }
        if (type.equals(SimpleType.STRING)) {
            return String.class;
        }
        if (type.equals(SimpleType.INT)) {
            return Long.class;
        }
        return type.equals(SimpleType.DOUBLE) ? Double.class : Object.class;
    }

    private static String text(Object[] args, int index) {
        return (String) args[index];
    }

    private static List<?> list(Object[] args, int index) {
        return (List<?>) args[index];
    }

    private static Map<?, ?> map(Object[] args, int index) {
        return (Map<?, ?>) args[index];
    }
}
