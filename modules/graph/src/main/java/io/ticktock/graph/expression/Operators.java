package io.ticktock.graph.expression;

import static dev.cel.common.types.SimpleType.BOOL;
import static dev.cel.common.types.SimpleType.DOUBLE;
import static dev.cel.common.types.SimpleType.DYN;
import static dev.cel.common.types.SimpleType.INT;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.ast.CelReference;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelFunctionOverload;
import dev.cel.runtime.RuntimeHelpers;
import dev.cel.runtime.standard.AddOperator.AddOverload;
import dev.cel.runtime.standard.CelStandardOverload;
import dev.cel.runtime.standard.MatchesFunction.MatchesOverload;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where the operators of graphs differ from CEL's: they take an int and a double together, because whether a number of
 * a JSON document is one or the other is chance; {@code +} makes no text or list beyond the bounds, and
 * {@code matches} takes no pattern beyond them.
 */
final class Operators {

    /** An operator on an int and a double in either order. */
    private record Mixed(String symbol, String name, CelFunctionOverload.Binary<Double, Double> body) {

        private String intFirst() {
            return "ticktock_" + name + "_int_double";
        }

        private String doubleFirst() {
            return "ticktock_" + name + "_double_int";
        }

        CelFunctionDecl declaration() {
            return CelFunctionDecl.newFunctionDeclaration(
                    symbol,
                    CelOverloadDecl.newGlobalOverload(intFirst(), DOUBLE, INT, DOUBLE),
                    CelOverloadDecl.newGlobalOverload(doubleFirst(), DOUBLE, DOUBLE, INT));
        }

        Stream<CelFunctionBinding> bindings() {
            return Stream.of(
                    CelFunctionBinding.from(intFirst(), Long.class, Double.class, (a, b) -> body.apply((double) a, b)),
                    CelFunctionBinding.from(
                            doubleFirst(), Double.class, Long.class, (a, b) -> body.apply(a, (double) b)));
        }
    }

    private static final List<Mixed> MIXED = List.of(
            new Mixed("_+_", "add", Double::sum),
            new Mixed("_-_", "subtract", (a, b) -> a - b),
            new Mixed("_*_", "multiply", (a, b) -> a * b),
            new Mixed("_/_", "divide", (a, b) -> a / b));

    /** What CEL can evaluate with mixed numbers as it is, but would not let through its type check. */
    private static final Map<String, CelFunctionDecl> CHECKED_ONLY = Map.of(
            "equals", comparison("_==_"),
            "not_equals", comparison("_!=_"),
            "conditional", conditional());

    /** What the bindings replace. */
    static final Set<CelStandardOverload> REPLACED = Set.of(
            AddOverload.ADD_STRING, AddOverload.ADD_LIST, MatchesOverload.MATCHES, MatchesOverload.MATCHES_STRING);

    private Operators() {}

    static List<CelFunctionDecl> declarations() {
        return Stream.concat(MIXED.stream().map(Mixed::declaration), CHECKED_ONLY.values().stream())
                .toList();
    }

    /** The checked expression with CEL's own overloads in the place of those that are there for the check only. */
    static CelAbstractSyntaxTree evaluable(CelAbstractSyntaxTree checked) {
        Map<Long, CelReference> references = new LinkedHashMap<>(checked.getReferenceMap());
        references.replaceAll((id, reference) -> CHECKED_ONLY.entrySet().stream()
                .filter(entry -> entry.getValue().overloads().stream()
                        .anyMatch(overload -> reference.overloadIds().contains(overload.overloadId())))
                .findFirst()
                .map(entry -> CelReference.newBuilder()
                        .setName(reference.name())
                        .addOverloadIds(entry.getKey())
                        .build())
                .orElse(reference));
        return CelAbstractSyntaxTree.newCheckedAst(
                checked.getExpr(), checked.getSource(), references, checked.getTypeMap());
    }

    /** With the bounded ones, which have the names of CEL's own overloads and replace these. */
    static List<CelFunctionBinding> bindings() {
        return Stream.concat(
                        MIXED.stream().flatMap(Mixed::bindings),
                        Stream.of(
                                onTexts("add_string", TextFunctions::concat),
                                onTexts("matches", Operators::matches),
                                onTexts("matches_string", Operators::matches),
                                CelFunctionBinding.from(
                                        "add_list",
                                        List.of(List.class, List.class),
                                        Function.reporting(args -> concatLists((List<?>) args[0], (List<?>) args[1])))))
                .toList();
    }

    private static CelFunctionBinding onTexts(String overload, CelFunctionOverload.Binary<String, String> body) {
        return CelFunctionBinding.from(
                overload,
                List.of(String.class, String.class),
                Function.reporting(args -> body.apply((String) args[0], (String) args[1])));
    }

    private static Object matches(String text, String pattern) {
        BoundedPattern compiled = BoundedPattern.compile(pattern);
        if (compiled.stepsIn(text) > Limits.MAX_EFFORT) {
            throw new ExpressionFailure("the text is too long for this pattern: shorten either");
        }
        return compiled.isIn(text);
    }

    private static CelFunctionDecl comparison(String symbol) {
        return CelFunctionDecl.newFunctionDeclaration(
                symbol,
                CelOverloadDecl.newGlobalOverload("ticktock_" + symbol + "_int_double", BOOL, INT, DOUBLE),
                CelOverloadDecl.newGlobalOverload("ticktock_" + symbol + "_double_int", BOOL, DOUBLE, INT));
    }

    private static CelFunctionDecl conditional() {
        return CelFunctionDecl.newFunctionDeclaration(
                "_?_:_",
                CelOverloadDecl.newGlobalOverload("ticktock_conditional_int_double", DYN, BOOL, INT, DOUBLE),
                CelOverloadDecl.newGlobalOverload("ticktock_conditional_double_int", DYN, BOOL, DOUBLE, INT));
    }

    @SuppressWarnings("unchecked")
    private static Object concatLists(List<?> left, List<?> right) {
        ListFunctions.check((long) left.size() + right.size());
        return RuntimeHelpers.concat((List<Object>) left, (List<Object>) right);
    }
}
