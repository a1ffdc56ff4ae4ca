package io.ticktock.graph;

import io.ticktock.graph.reading.Faults;
import io.ticktock.graph.reading.Fields;
import io.ticktock.graph.settings.Dollars;
import io.ticktock.graph.source.SourceScalar;
import io.ticktock.graph.source.SourceValue;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads what a node declares to use at most. */
final class NodeLimitsParser {

    private static final int MOST_TOKENS = 1_000_000_000;
    private static final int MAX_MODEL_CHARS = 256;

    private final Faults faults;

    NodeLimitsParser(Faults faults) {
        this.faults = faults;
    }

    NodeLimits parse(SourceValue value) {
        return Fields.of(value, value.position(), "limits", faults)
                .map(this::parse)
                .orElse(NodeLimits.NONE);
    }

    private NodeLimits parse(Fields fields) {
        int tokens = fields.takeInt("max_tokens", 0, MOST_TOKENS, -1);
        OptionalLong cost = fields.take("max_cost_usd").map(this::cost).orElse(OptionalLong.empty());
        Optional<String> model = fields.take("model").flatMap(this::model);
        fields.end();
        return new NodeLimits(tokens < 0 ? OptionalLong.empty() : OptionalLong.of(tokens), cost, model);
    }

    private OptionalLong cost(SourceValue value) {
        OptionalLong micros =
                value instanceof SourceScalar scalar ? Dollars.parseMicros(scalar.text()) : OptionalLong.empty();
        if (micros.isEmpty()) {
            faults.add(
                    value.position(),
                    "max_cost_usd is not an amount of dollars from 0 to a billion with at most 6 decimals",
                    "write a plain number, such as max_cost_usd: 0.05");
        }
        return micros;
    }

    private Optional<String> model(SourceValue value) {
        if (value instanceof SourceScalar scalar
                && scalar.plain() != null
                && !scalar.text().isBlank()
                && scalar.text().length() <= MAX_MODEL_CHARS) {
            return Optional.of(scalar.text());
        }
        faults.add(
                value.position(),
                "model is not a text of 1 to " + MAX_MODEL_CHARS + " characters",
                "write the name under which the price table has it");
        return Optional.empty();
    }
}
