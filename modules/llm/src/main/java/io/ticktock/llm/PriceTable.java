package io.ticktock.llm;

import io.ticktock.graph.reading.Faults;
import io.ticktock.graph.reading.Fields;
import io.ticktock.graph.settings.Dollars;
import io.ticktock.graph.source.SourceFile;
import io.ticktock.graph.source.SourceMap;
import io.ticktock.graph.source.SourceScalar;
import io.ticktock.graph.source.SourceValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What models cost.
 *
 * @param version tells one table from another; recorded with what was counted by it
 */
record PriceTable(String version, Map<String, Price> prices) {

    private static final String SHIPPED = "/conf/prices.yaml";
    private static final int MOST_BYTES = 1 << 20;
    private static final int MOST_MODELS = 10_000;
    private static final int MOST_CHARS = 256;

    /** What providers put behind the name of a model to tell its editions apart. */
    private static final Pattern EDITION = Pattern.compile("[-@](\\d{8}|\\d{4}-\\d{2}-\\d{2})$");

    public PriceTable {
        prices = Map.copyOf(prices);
    }

    /** The table that ships. */
    static PriceTable shipped() {
        try (InputStream file = PriceTable.class.getResourceAsStream(SHIPPED)) {
            return parse("the shipped table of prices", file.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("the shipped table of prices cannot be read", e);
        }
    }

    /** Throws IllegalArgumentException that tells all that is wrong with the file. */
    static PriceTable read(Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new IllegalArgumentException("llm.prices: " + file + " is larger than " + MOST_BYTES + " bytes");
            }
            return parse(file.toString(), Files.readAllBytes(file));
        } catch (IOException e) {
            throw new IllegalArgumentException("llm.prices: " + file + " cannot be read", e);
        }
    }

    static PriceTable parse(String name, byte[] content) {
        Faults faults = new Faults();
        Optional<PriceTable> table = SourceFile.read(name, content, faults.list())
                .flatMap(document -> Fields.of(document, document.position(), "the file", faults))
                .flatMap(fields -> table(fields, faults));
        if (!faults.isEmpty() || table.isEmpty()) {
            throw new IllegalArgumentException("llm.prices: "
                    + faults.in(name).stream().map(Object::toString).collect(Collectors.joining("; ")));
        }
        return table.get();
    }

    private static Optional<PriceTable> table(Fields fields, Faults faults) {
        Optional<String> version = fields.needScalar("version", "\"2026-11\"").map(SourceScalar::text);
        Optional<SourceValue> models = fields.need("per_million_tokens", "{some-model: {input: 3.00, output: 15.00}}");
        fields.end();
        if (version.filter(text -> text.isBlank() || text.length() > MOST_CHARS).isPresent()) {
            faults.add(fields.position(), "version is not a text of 1 to 256 characters", "name it by its month");
        }
        if (models.isEmpty() || version.isEmpty()) {
            return Optional.empty();
        }
        if (!(models.get() instanceof SourceMap map) || map.entries().size() > MOST_MODELS) {
            faults.add(
                    models.get().position(),
                    "per_million_tokens is not a map of at most " + MOST_MODELS + " models",
                    "write it as model: {input: 3.00, output: 15.00}");
            return Optional.empty();
        }
        Map<String, Price> prices = new HashMap<>();
        map.entries().forEach(entry -> price(entry, faults).ifPresent(price -> prices.put(entry.key(), price)));
        return Optional.of(new PriceTable(version.get(), prices));
    }

    private static Optional<Price> price(SourceMap.Entry entry, Faults faults) {
        return Fields.of(entry.value(), entry.position(), "the model " + entry.key(), faults)
                .map(fields -> {
                    long input = fields.need("input", "3.00")
                            .map(value -> micros(value, faults))
                            .orElse(0L);
                    long output = fields.need("output", "15.00")
                            .map(value -> micros(value, faults))
                            .orElse(0L);
                    long cached = fields.take("cached")
                            .map(value -> micros(value, faults))
                            .orElse(input);
                    long written = fields.take("cache_write")
                            .map(value -> micros(value, faults))
                            .orElse(input);
                    fields.end();
                    return new Price(input, cached, written, output);
                });
    }

    private static long micros(SourceValue value, Faults faults) {
        if (value instanceof SourceScalar scalar
                && Dollars.parseMicros(scalar.text()).isPresent()) {
            return Dollars.parseMicros(scalar.text()).getAsLong();
        }
        faults.add(
                value.position(),
                "the price is not an amount of dollars with at most 6 decimals",
                "write what a million tokens cost, such as 3.00");
        return 0;
    }

    /** Of a model as graphs or providers call it; an edition costs what its model does, unless it is listed itself. */
    Optional<Price> of(String model) {
        Price listed = prices.get(model);
        return Optional.ofNullable(
                listed == null ? prices.get(EDITION.matcher(model).replaceFirst("")) : listed);
    }
}
