package io.ticktock.testkit.model;

import java.nio.charset.StandardCharsets;

/** Counts tokens as no real model does, but always in the same way: four bytes make one. */
public final class Tokens {

    private static final long BYTES = 4;

    private Tokens() {}

    public static long of(String text) {
        return (text.getBytes(StandardCharsets.UTF_8).length + BYTES - 1) / BYTES;
    }
}
