package io.ticktock.guardrail.policy;

import io.ticktock.graph.expression.Expression;
import io.ticktock.graph.expression.ExpressionFaults;
import io.ticktock.graph.expression.Scope;
import io.ticktock.graph.reading.Faults;
import io.ticktock.graph.reading.Fields;
import io.ticktock.graph.source.SourceMap;
import io.ticktock.graph.source.SourceValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads {@code no_progress}, which is short for a condition on how often a node got nowhere. */
final class NoProgressParser {

    private static final int MOST_RUNS = 1_000;
    private static final int EXAMPLE = 3;

    private final Faults faults;

    NoProgressParser(Faults faults) {
        this.faults = faults;
    }

    /** The condition that it stands for. */
    Optional<Expression> parse(SourceValue value, Phase phase, Scope scope) {
        Optional<Fields> found = Fields.of(value, value.position(), "no_progress", faults);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        List<String> conditions = new ArrayList<>();
        read(found.get(), value, "same_input", 2, "same_input_runs").ifPresent(conditions::add);
        read(found.get(), value, "rising_cost", 1, "rising_cost_runs").ifPresent(conditions::add);
        found.get().end();
        if (conditions.isEmpty()) {
            faults.add(
                    value.position(),
                    "no_progress does not say what it looks at",
                    "add same_input: 3, or rising_cost: 3");
            return Optional.empty();
        }
        if (phase.includes(Phase.ADMIT)) {
            faults.add(value.position(), "before an attempt runs there is no record of it", "use phase: verdict");
            return Optional.empty();
        }
        return Optional.of(compiled(String.join(" || ", conditions), scope));
    }

    private static Optional<String> read(Fields fields, SourceValue value, String name, int least, String variable) {
        boolean given = value instanceof SourceMap map
                && map.entries().stream().anyMatch(entry -> entry.key().equals(name));
        int runs = fields.takeInt(name, least, MOST_RUNS, EXAMPLE);
        return given ? Optional.of(variable + " >= " + runs) : Optional.empty();
    }

    private static Expression compiled(String condition, Scope scope) {
        try {
            return Expression.compileCondition(condition, scope);
        } catch (ExpressionFaults e) {
            throw new IllegalStateException("no_progress stands for a condition that is faulty: " + condition, e);
        }
    }
}
