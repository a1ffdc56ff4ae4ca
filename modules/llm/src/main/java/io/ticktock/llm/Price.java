package io.ticktock.llm;

import io.ticktock.graph.settings.Dollars;
import java.math.BigInteger;

/**
 * What a million tokens of a model cost, in millionths of a US dollar.
 *
 * @param cached those of the input that the provider still had
 * @param written those of the input that the provider put into its cache
 */
record Price(long input, long cached, long written, long output) {

    private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);
    private static final BigInteger MOST = BigInteger.valueOf(Dollars.MOST_MICROS);

    /** What these tokens cost, in millionths of a US dollar, rounded up; a billion dollars where it would be more. */
    long micros(Usage usage) {
        long plain = Math.max(0, usage.input() - usage.cached() - usage.written());
        BigInteger exact = product(plain, input)
                .add(product(usage.cached(), cached))
                .add(product(usage.written(), written))
                .add(product(usage.output(), output));
        return exact.add(MILLION)
                .subtract(BigInteger.ONE)
                .divide(MILLION)
                .min(MOST)
                .longValueExact();
    }

    /** The most that so many tokens can cost, however they are counted. */
    long mostMicros(long inputTokens, long outputTokens) {
        long dearest = Math.max(input, Math.max(cached, written));
        return new Price(dearest, dearest, dearest, output).micros(new Usage(inputTokens, 0, 0, outputTokens));
    }

    private static BigInteger product(long tokens, long price) {
        return BigInteger.valueOf(tokens).multiply(BigInteger.valueOf(price));
    }
}
