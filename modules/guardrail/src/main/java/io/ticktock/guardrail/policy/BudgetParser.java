package io.ticktock.guardrail.policy;

import io.ticktock.graph.expression.SimilarNames;
import io.ticktock.graph.reading.Faults;
import io.ticktock.graph.reading.Fields;
import io.ticktock.graph.source.SourceScalar;
import io.ticktock.graph.source.SourceValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads what a budget limits: one metric with its limit, and what an attempt counts with whose node does not say. */
final class BudgetParser {

    private static final String UNDECLARED = "undeclared";

    /** What stands under {@code budget}. */
    record Budget(Metric metric, long limit, OptionalLong undeclared) {}

    private final Faults faults;

    BudgetParser(Faults faults) {
        this.faults = faults;
    }

    Optional<Budget> parse(SourceValue value) {
        return Fields.of(value, value.position(), "budget", faults).flatMap(fields -> parse(value, fields));
    }

    private Optional<Budget> parse(SourceValue value, Fields fields) {
        Optional<SourceValue> undeclared = fields.take(UNDECLARED);
        List<Map.Entry<String, SourceValue>> limits =
                new ArrayList<>(fields.rest().entrySet());
        if (limits.size() != 1) {
            faults.add(
                    value.position(),
                    "budget has " + (limits.isEmpty() ? "no limit" : "more than one limit"),
                    "write exactly one of " + words() + ", as in budget: {cost_usd: 5}");
            return Optional.empty();
        }
        String word = limits.get(0).getKey();
        SourceValue written = limits.get(0).getValue();
        Optional<Metric> metric = Metric.of(word);
        if (metric.isEmpty()) {
            faults.add(
                    written.position(),
                    "a budget cannot count " + Faults.shown(word),
                    SimilarNames.closest(word, List.of(words().split(", ")))
                            .map(near -> "did you mean " + near + "?")
                            .orElse("use one of " + words()));
            return Optional.empty();
        }
        OptionalLong limit = amount(word, metric.get(), written);
        return limit.isEmpty()
                ? Optional.empty()
                : Optional.of(new Budget(metric.get(), limit.getAsLong(), undeclared(metric.get(), undeclared)));
    }

    private OptionalLong undeclared(Metric metric, Optional<SourceValue> written) {
        if (written.isEmpty()) {
            return OptionalLong.empty();
        }
        if (metric == Metric.EXECUTIONS) {
            faults.add(
                    written.get().position(),
                    "undeclared means nothing for executions: an attempt is always one",
                    "remove it");
            return OptionalLong.empty();
        }
        return amount(UNDECLARED, metric, written.get());
    }

    private OptionalLong amount(String name, Metric metric, SourceValue written) {
        OptionalLong amount =
                written instanceof SourceScalar scalar ? metric.parse(scalar.text()) : OptionalLong.empty();
        if (amount.isEmpty()) {
            faults.add(
                    written.position(),
                    name + " is not "
                            + (metric == Metric.COST_USD
                                    ? "an amount of dollars from 0 to a billion with at most 6 decimals"
                                    : "a whole number of at most 15 digits"),
                    "write a plain number, such as " + name + ": 5");
        }
        return amount;
    }

    private static String words() {
        return String.join(
                ", ", Arrays.stream(Metric.values()).map(Metric::word).toList());
    }
}
