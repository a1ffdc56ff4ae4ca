package io.ticktock.guardrail.policy;

import io.ticktock.graph.reading.Faults;
import io.ticktock.graph.reading.Fields;
import io.ticktock.graph.settings.Dollars;
import io.ticktock.graph.source.SourceMap;
import io.ticktock.graph.source.SourceScalar;
import io.ticktock.graph.source.SourceValue;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Reads the price table of a policy file. */
final class PricesParser {

    private static final int MAX_MODELS = 10_000;
    private static final int MAX_CHARS = 256;

    private final Faults faults;

    PricesParser(Faults faults) {
        this.faults = faults;
    }

    /** Nothing after a fault. */
    Optional<Prices> parse(SourceValue value) {
        return Fields.of(value, value.position(), "prices", faults).flatMap(this::parse);
    }

    private Optional<Prices> parse(Fields fields) {
        Optional<String> version = fields.needScalar("version", "\"2026-11\"").flatMap(this::version);
        fields.take("currency").ifPresent(this::requireDollars);
        Optional<Map<String, Long>> prices =
                fields.need("per_million_tokens", "{some-model: 3.00}").flatMap(this::prices);
        fields.end();
        return version.flatMap(known -> prices.map(table -> new Prices(known, table)));
    }

    private Optional<String> version(SourceScalar scalar) {
        if (scalar.text().isBlank() || scalar.text().length() > MAX_CHARS) {
            faults.add(
                    scalar.position(),
                    "version is not a text of 1 to " + MAX_CHARS + " characters",
                    "name the version of the table, such as its month");
            return Optional.empty();
        }
        return Optional.of(scalar.text());
    }

    private void requireDollars(SourceValue value) {
        if (!Prices.CURRENCY.equals(value.plain())) {
            faults.add(value.position(), "prices can only be in US dollars", "write currency: " + Prices.CURRENCY);
        }
    }

    private Optional<Map<String, Long>> prices(SourceValue value) {
        if (!(value instanceof SourceMap map)
                || map.entries().isEmpty()
                || map.entries().size() > MAX_MODELS) {
            faults.add(
                    value.position(),
                    "per_million_tokens is not a map of 1 to " + MAX_MODELS + " prices by model",
                    "write it as model: dollars pairs");
            return Optional.empty();
        }
        Map<String, Long> prices = new TreeMap<>();
        map.entries()
                .forEach(entry ->
                        price(entry.key(), entry.value()).ifPresent(micros -> prices.put(entry.key(), micros)));
        return Optional.of(prices);
    }

    private OptionalLong price(String model, SourceValue value) {
        OptionalLong micros =
                value instanceof SourceScalar scalar ? Dollars.parseMicros(scalar.text()) : OptionalLong.empty();
        if (micros.isEmpty()) {
            faults.add(
                    value.position(),
                    "the price of " + Faults.shown(model) + " is not an amount of dollars with at most 6 decimals",
                    "write what a million tokens cost, such as " + model + ": 3.00");
        }
        return micros;
    }
}
