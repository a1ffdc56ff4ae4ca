package io.ticktock.guardrail.policy;

import io.ticktock.graph.settings.Dollars;
import io.ticktock.proto.v1.WorstCase;
import java.math.BigInteger;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What tokens cost at most, by model.
 *
 * @param version tells one table from another; recorded with what was set aside by it
 * @param microsPerMillionTokens millionths of a US dollar for a million tokens of the most expensive kind
 */
public record Prices(String version, Map<String, Long> microsPerMillionTokens) {

    public static final String CURRENCY = "USD";
    static final Prices NONE = new Prices("", Map.of());

    private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);

    /** What the declared tokens cost at most, in millionths, rounded up; nothing when tokens or price are not known. */
    OptionalLong cost(WorstCase worst) {
        Long price = microsPerMillionTokens.get(worst.getModel());
        if (price == null || !worst.hasTokensUsed()) {
            return OptionalLong.empty();
        }
        BigInteger exact = BigInteger.valueOf(worst.getTokensUsed()).multiply(BigInteger.valueOf(price));
        return OptionalLong.of(
                exact.add(MILLION).subtract(BigInteger.ONE).divide(MILLION).longValueExact());
    }

    /** As it would be written in a file, in one way. */
    Map<String, Object> canonical() {
        Map<String, Object> perMillion = new TreeMap<>();
        microsPerMillionTokens.forEach((model, micros) -> perMillion.put(model, Dollars.format(micros)));
        Map<String, Object> fields = new TreeMap<>();
        fields.put("version", version);
        fields.put("currency", CURRENCY);
        fields.put("per_million_tokens", perMillion);
        return fields;
    }
}
