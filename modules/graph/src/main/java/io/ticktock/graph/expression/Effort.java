package io.ticktock.graph.expression;

import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.values.CelByteString;
import dev.cel.runtime.CelEvaluationListener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one evaluation has cost so far. It is ended when that is too much, as of a function that looks through a long
 * list in every step of a loop, or when its thread is interrupted, because nobody waits for it any more.
 */
final class Effort implements CelEvaluationListener {

    private static final int OF_A_PART = 16;
    private static final int OF_AN_ELEMENT = 4;

    /** What takes the same time however large the values are. */
    private static final Set<String> CONSTANT = Set.of(
            "_[_]",
            "_[?_]",
            "_?._",
            "_?_:_",
            "@not_strictly_false",
            "dyn",
            "type",
            "optional.of",
            "or",
            "orValue",
            "hasValue",
            "value");

    /** What compares or writes its arguments, with the elements of their elements. */
    private static final Set<String> DEEP = Set.of(
            "_==_",
            "_!=_",
            "@in",
            "sets.contains",
            "sets.equivalent",
            "sets.intersects",
            "distinct",
            "counts",
            "mergeCounts",
            "join",
            "toJson",
            "digest");

    /** The latest values of the parts of the expression, by their ids. */
    private Object[] values = new Object[16];

    private final long most;
    private long spent;

    /** Ended when it has cost more than this, in the units of {@link Limits#MAX_EFFORT}. */
    Effort(long most) {
        this.most = most;
    }

    /** No exception, since one that an operand of {@code ||} throws is of no account when the other one holds. */
    static final class Exceeded extends Error {

        private static final long serialVersionUID = 1L;

        private Exceeded(String message) {
            super(message, null, false, false);
        }
    }

    @Override
    public void callback(CelExpr part, Object value) {
        if (Thread.currentThread().isInterrupted()) {
            throw new Exceeded("the evaluation was interrupted");
        }
        spend(OF_A_PART);
        if (part.getKind() == Kind.CALL) {
            spendOnCall(part.call(), value);
        }
        note(part.id(), value);
    }

    private void spendOnCall(CelCall call, Object result) {
        String function = call.function();
        List<Object> arguments = arguments(call);
        switch (function) {
            case "size" -> arguments.stream().filter(String.class::isInstance).forEach(this::spendOn);
            case "matches" -> spendOnMatch(arguments);
            // Where a loop appends to its own list, the list is not copied.
            case "_+_" -> spendOn(result == arguments.get(0) ? arguments.get(1) : result);
            default -> {
                if (DEEP.contains(function) && !isLookUp(function, arguments)) {
                    arguments.forEach(this::spendOnAllOf);
                } else if (!CONSTANT.contains(function)) {
                    arguments.forEach(this::spendOn);
                    spendOn(result);
                }
            }
        }
    }

    private static boolean isLookUp(String function, List<Object> arguments) {
        return function.equals("@in") && arguments.get(1) instanceof Map;
    }

    private void spendOnMatch(List<Object> arguments) {
        if (arguments.get(0) instanceof String text && arguments.get(1) instanceof String pattern) {
            spend(BoundedPattern.compile(pattern).stepsIn(text));
        }
    }

    private void spendOn(Object value) {
        if (value instanceof String text) {
            spend(text.length());
        } else if (value instanceof Collection<?> list) {
            spend((long) OF_AN_ELEMENT * list.size());
        } else if (value instanceof Map<?, ?> map) {
            spend((long) OF_AN_ELEMENT * map.size());
        } else if (value instanceof CelByteString bytes) {
            spend(bytes.size());
        }
    }

    private void spendOnAllOf(Object value) {
        spend(OF_A_PART);
        if (value instanceof Collection<?> list) {
            list.forEach(this::spendOnAllOf);
        } else if (value instanceof Map<?, ?> map) {
            map.values().forEach(this::spendOnAllOf);
        } else {
            spendOn(value);
        }
    }

    private void spend(long units) {
        spent += units;
        if (spent > most) {
            throw new Exceeded("this takes too long, as loops over long lists or texts do; spread the work over"
                    + " several nodes, or look at less");
        }
    }

    private List<Object> arguments(CelCall call) {
        List<Object> arguments = new ArrayList<>(call.args().size() + 1);
        call.target().ifPresent(target -> arguments.add(valueOf(target)));
        call.args().forEach(argument -> arguments.add(valueOf(argument)));
        return arguments;
    }

    /** Null for what was not evaluated, because it was not needed. */
    private Object valueOf(CelExpr part) {
        return part.id() < values.length ? values[(int) part.id()] : null;
    }

    private void note(long id, Object value) {
        if (id >= values.length) {
            values = Arrays.copyOf(values, Math.max((int) id + 1, 2 * values.length));
        }
        values[(int) id] = value;
    }
}
