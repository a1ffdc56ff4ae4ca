package io.ticktock.graph.expression;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a condition says that does no more than compare a variable with a number.
 *
 * @param variable such as {@code sum.tokens_used}
 * @param operator with the variable on its left
 * @param limit Long or Double
 */
public record Comparison(String variable, Operator operator, Number limit) {

    /** How a variable is compared. */
    public enum Operator {
        LESS,
        AT_MOST,
        MORE,
        AT_LEAST,
        EQUAL
    }

    private static final Map<String, Operator> STRAIGHT = Map.of(
            "_<_", Operator.LESS,
            "_<=_", Operator.AT_MOST,
            "_>_", Operator.MORE,
            "_>=_", Operator.AT_LEAST,
            "_==_", Operator.EQUAL);

    private static final Map<String, Operator> TURNED = Map.of(
            "_<_", Operator.MORE,
            "_<=_", Operator.AT_LEAST,
            "_>_", Operator.LESS,
            "_>=_", Operator.AT_MOST,
            "_==_", Operator.EQUAL);

    static Optional<Comparison> of(CelExpr condition, Set<String> variables) {
        if (condition.getKind() != Kind.CALL
                || !STRAIGHT.containsKey(condition.call().function())) {
            return Optional.empty();
        }
        CelCall call = condition.call();
        CelExpr left = call.args().get(0);
        CelExpr right = call.args().get(1);
        Optional<Comparison> straight = between(left, STRAIGHT.get(call.function()), right, variables);
        return straight.isPresent() ? straight : between(right, TURNED.get(call.function()), left, variables);
    }

    private static Optional<Comparison> between(
            CelExpr variable, Operator operator, CelExpr limit, Set<String> variables) {
        return VariableWalk.path(variable)
                .filter(variables::contains)
                .flatMap(name -> number(limit).map(number -> new Comparison(name, operator, number)));
    }

    private static Optional<Number> number(CelExpr limit) {
        if (limit.getKind() != Kind.CONSTANT) {
            return Optional.empty();
        }
        CelConstant constant = limit.constant();
        if (constant.getKind() == CelConstant.Kind.INT64_VALUE) {
            return Optional.of(constant.int64Value());
        }
        return constant.getKind() == CelConstant.Kind.DOUBLE_VALUE
                ? Optional.of(constant.doubleValue())
                : Optional.empty();
    }
}
