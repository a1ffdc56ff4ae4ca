package io.ticktock.graph.expression;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a condition gives, found without CEL's interpreter where that is certain: comparisons, arithmetic and simple tests of
 * texts over variables of known types, and what joins them. Whatever CEL might see otherwise, such as an overflow or a
 * function that is not known here, is left to CEL. Immutable.
 */
final class FastCondition {

    /** Small values and few parts: it never takes long. */
    private static final int MOST_PARTS = 200;

    /** Whole numbers up to here are doubles, too. */
    private static final long MOST_EXACT = 1L << 53;

    private static final long MINUS_ZERO = Double.doubleToRawLongBits(-0.0);

    /** What only CEL can tell. */
    private static final Object UNCERTAIN = new Object();

    private static final VariableSource NOTHING = name -> UNCERTAIN;

    /** A part of the condition. */
    private interface Part {

        /** Long, Double, String, Boolean, or UNCERTAIN. */
        Object value(VariableSource variables);
    }

    /** What is the same whatever the variables are. */
    private record Constant(Object value) implements Part {

        @Override
        public Object value(VariableSource variables) {
            return value;
        }
    }

    private static final Part UNKNOWN = variables -> UNCERTAIN;

    private final Set<String> variables;
    private final Set<String> numberMaps;
    private final Part condition;
    private int parts;

    private FastCondition(CelExpr condition, Scope scope) {
        this.variables = scope.smallVariables();
        this.numberMaps = scope.variables(ValueType.NUMBERS);
        Part part = part(condition);
        this.condition = parts > MOST_PARTS ? UNKNOWN : part;
    }

    /** Over the variables of a scope that have a type. */
    static FastCondition of(CelExpr condition, Scope scope) {
        return new FastCondition(condition, scope);
    }

    /** What evaluating the condition would give; nothing when that is not certain. */
    Optional<Boolean> outcome(VariableSource values) {
        Object value = condition.value(values);
        return value instanceof Boolean holds ? Optional.of(holds) : Optional.empty();
    }

    private Part part(CelExpr expression) {
        if (++parts > MOST_PARTS) {
            return UNKNOWN;
        }
        Optional<String> path = VariableWalk.path(expression).filter(variables::contains);
        if (path.isPresent()) {
            return variable(path.get());
        }
        return switch (expression.getKind()) {
            case CONSTANT -> constant(expression.constant());
            case CALL -> call(expression.call());
            case NOT_SET, IDENT, SELECT, LIST, STRUCT, MAP, COMPREHENSION -> UNKNOWN;
        };
    }

    private static Part variable(String name) {
        return values -> {
            Object value = values.get(name);
            return value instanceof Long || value instanceof Double || value instanceof String ? value : UNCERTAIN;
        };
    }

    private static Part constant(CelConstant constant) {
        Object value = switch (constant.getKind()) {
            case INT64_VALUE -> constant.int64Value();
            case DOUBLE_VALUE -> constant.doubleValue();
            case STRING_VALUE -> constant.stringValue();
            case BOOLEAN_VALUE -> constant.booleanValue();
            case NOT_SET, NULL_VALUE, UINT64_VALUE, BYTES_VALUE, DURATION_VALUE, TIMESTAMP_VALUE -> UNCERTAIN;
        };
        return new Constant(value);
    }

    /** As in {@code numbers.?name.orValue(0.0)}. */
    private Part numberOr(CelCall call) {
        Optional<CelCall> selection = call.target()
                .filter(target -> target.getKind() == Kind.CALL)
                .map(CelExpr::call)
                .filter(target ->
                        target.function().equals("_?._") && target.args().size() == 2);
        Optional<String> numbers = selection
                .flatMap(found -> VariableWalk.path(found.args().get(0)))
                .filter(numberMaps::contains);
        if (numbers.isEmpty() || call.args().size() != 1 || call.args().get(0).getKind() != Kind.CONSTANT) {
            return UNKNOWN;
        }
        CelExpr name = selection.get().args().get(1);
        Part otherwise = constant(call.args().get(0).constant());
        return name.getKind() == Kind.CONSTANT && name.constant().getKind() == CelConstant.Kind.STRING_VALUE
                ? numberOr(numbers.get(), name.constant().stringValue(), otherwise)
                : UNKNOWN;
    }

    private static Part numberOr(String numbers, String name, Part otherwise) {
        return values -> {
            Object value = values.get(numbers) instanceof Map<?, ?> map ? map.get(name) : UNCERTAIN;
            if (value == null) {
                return otherwise.value(values);
            }
            return value instanceof Double ? value : UNCERTAIN;
        };
    }

    private Part call(CelCall call) {
        if (call.function().equals("orValue")) {
            return numberOr(call);
        }
        if (call.target().isPresent()) {
            return call.args().size() == 1
                    ? text(
                            call.function(),
                            part(call.target().get()),
                            part(call.args().get(0)))
                    : UNKNOWN;
        }
        return switch (call.args().size()) {
            case 1 -> unary(call.function(), part(call.args().get(0)));
            case 2 -> binary(call);
            default -> UNKNOWN;
        };
    }

    private static Part unary(String function, Part operand) {
        return switch (function) {
            case "!_" -> values -> operand.value(values) instanceof Boolean value ? !value : UNCERTAIN;
            case "-_" -> values -> negated(operand.value(values));
            default -> UNKNOWN;
        };
    }

    private static Object negated(Object value) {
        if (value instanceof Double number) {
            return -number;
        }
        return value instanceof Long number && number != Long.MIN_VALUE ? (Object) (-number) : UNCERTAIN;
    }

    private Part binary(CelCall call) {
        CelExpr second = call.args().get(1);
        Part left = part(call.args().get(0));
        if (call.function().equals("@in")) {
            return in(left, second);
        }
        Part right = part(second);
        Part both = binary(call.function(), left, right);
        // As in 7 * 24 * 3600: once is enough.
        return left instanceof Constant && right instanceof Constant ? new Constant(both.value(NOTHING)) : both;
    }

    private static Part binary(String function, Part left, Part right) {
        return switch (function) {
            case "_&&_" -> joined(left, right, false);
            case "_||_" -> joined(left, right, true);
            case "_<_" -> values -> compared(left, right, values, -1, -1);
            case "_<=_" -> values -> compared(left, right, values, -1, 0);
            case "_>_" -> values -> compared(left, right, values, 1, 1);
            case "_>=_" -> values -> compared(left, right, values, 0, 1);
            case "_==_" -> values -> equal(left.value(values), right.value(values), true);
            case "_!=_" -> values -> equal(left.value(values), right.value(values), false);
            case "_+_" -> values -> calculated('+', left.value(values), right.value(values));
            case "_-_" -> values -> calculated('-', left.value(values), right.value(values));
            case "_*_" -> values -> calculated('*', left.value(values), right.value(values));
            case "_/_" -> values -> calculated('/', left.value(values), right.value(values));
            case "_%_" -> values -> calculated('%', left.value(values), right.value(values));
            default -> UNKNOWN;
        };
    }

    /** Either side may decide alone, whatever the other one is: an error, too. */
    private static Part joined(Part left, Part right, Boolean decisive) {
        return values -> {
            Object first = left.value(values);
            if (decisive.equals(first)) {
                return decisive;
            }
            Object second = right.value(values);
            if (decisive.equals(second)) {
                return decisive;
            }
            return first instanceof Boolean && second instanceof Boolean ? !decisive : UNCERTAIN;
        };
    }

    private static Part text(String function, Part target, Part argument) {
        return switch (function) {
            case "startsWith", "endsWith", "contains" ->
                values -> target.value(values) instanceof String text && argument.value(values) instanceof String part
                        ? tested(function, text, part)
                        : UNCERTAIN;
            default -> UNKNOWN;
        };
    }

    private static boolean tested(String function, String text, String part) {
        return switch (function) {
            case "startsWith" -> text.startsWith(part);
            case "endsWith" -> text.endsWith(part);
            case "contains" -> text.contains(part);
            default -> throw new IllegalArgumentException("not a test of texts: " + function);
        };
    }

    /** In a list of literal texts. */
    private static Part in(Part element, CelExpr list) {
        if (list.getKind() != Kind.LIST || !list.list().optionalIndices().isEmpty()) {
            return UNKNOWN;
        }
        List<CelExpr> elements = new ArrayList<>(list.list().elements());
        Set<String> texts = new HashSet<>();
        for (CelExpr each : elements) {
            if (each.getKind() != Kind.CONSTANT || each.constant().getKind() != CelConstant.Kind.STRING_VALUE) {
                return UNKNOWN;
            }
            texts.add(each.constant().stringValue());
        }
        return values -> element.value(values) instanceof String text ? texts.contains(text) : UNCERTAIN;
    }

    private static Object equal(Object left, Object right, boolean whenEqual) {
        if (left instanceof String && right instanceof String) {
            return left.equals(right) == whenEqual;
        }
        int order = order(left, right);
        return order == NO_ORDER ? UNCERTAIN : (order == 0) == whenEqual;
    }

    /** Whether the order of both is one of two. */
    private static Object compared(Part left, Part right, VariableSource values, int one, int other) {
        int order = order(left.value(values), right.value(values));
        return order == NO_ORDER ? UNCERTAIN : order == one || order == other;
    }

    private static final int NO_ORDER = 2;

    /** -1, 0 or 1 for numbers. */
    private static int order(Object left, Object right) {
        if (left instanceof Long one && right instanceof Long other) {
            return Long.compare(one, other);
        }
        if (!isExact(left) || !isExact(right)) {
            return NO_ORDER;
        }
        double one = ((Number) left).doubleValue();
        double other = ((Number) right).doubleValue();
        if (one == other) {
            return 0;
        }
        return one < other ? -1 : 1;
    }

    private static boolean isExact(Object value) {
        if (value instanceof Double number) {
            // Whether -0.0 is less than 0.0 depends, for CEL, on what it is compared with.
            return !number.isNaN() && Double.doubleToRawLongBits(number) != MINUS_ZERO;
        }
        return value instanceof Long number && number > -MOST_EXACT && number < MOST_EXACT;
    }

    private static Object calculated(char operator, Object left, Object right) {
        if (left instanceof Long one && right instanceof Long other) {
            return wholes(operator, one, other);
        }
        if (left instanceof Number one && right instanceof Number other && operator != '%') {
            return doubles(operator, one.doubleValue(), other.doubleValue());
        }
        return UNCERTAIN;
    }

    private static Object wholes(char operator, long left, long right) {
        boolean divides = right != 0 && !(left == Long.MIN_VALUE && right == -1);
        long high = Math.multiplyHigh(left, right);
        return switch (operator) {
            case '+' -> ((left ^ (left + right)) & (right ^ (left + right))) < 0 ? UNCERTAIN : (Object) (left + right);
            case '-' -> ((left ^ right) & (left ^ (left - right))) < 0 ? UNCERTAIN : (Object) (left - right);
            case '*' -> high == (left * right) >> 63 ? (Object) (left * right) : UNCERTAIN;
            case '/' -> divides ? (Object) (left / right) : UNCERTAIN;
            case '%' -> divides ? (Object) (left % right) : UNCERTAIN;
            default -> UNCERTAIN;
        };
    }

    private static Object doubles(char operator, double left, double right) {
        return switch (operator) {
            case '+' -> left + right;
            case '-' -> left - right;
            case '*' -> left * right;
            case '/' -> left / right;
            default -> UNCERTAIN;
        };
    }
}
