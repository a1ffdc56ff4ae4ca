package io.ticktock.launcher;

import io.ticktock.bus.Shard;
import java.security.SecureRandom;
import java.util.UUID;

/** The id of a lifetime: a UUID of version 7, given whole. */
record LifetimeId(UUID uuid) {

    private static final SecureRandom RANDOM = new SecureRandom();

    /** Milliseconds first, random bits behind them (RFC 9562). */
    static LifetimeId random() {
        long millis = System.currentTimeMillis() << 16;
        long most = millis | 0x7000L | (RANDOM.nextLong() & 0x0fffL);
        long least = (RANDOM.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return new LifetimeId(new UUID(most, least));
    }

    /** Refuses anything but all 36 characters, so that a slip never meets another lifetime. */
    static LifetimeId parse(String text) {
        if (text.length() == 36) {
            try {
                UUID uuid = UUID.fromString(text);
                if (uuid.toString().equalsIgnoreCase(text)) {
                    return new LifetimeId(uuid);
                }
            } catch (IllegalArgumentException notUuid) {
                throw new CommandFailure(ExitCode.USAGE, refusal(text), notUuid);
            }
        }
        throw CommandFailure.usage(refusal(text));
    }

    private static String refusal(String text) {
        return "'" + text + "' is not a lifetime id; give all 36 characters, as 'ticktock lifetimes list' shows them";
    }

    Shard shard() {
        return Shard.of(uuid);
    }

    @Override
    public String toString() {
        return uuid.toString();
    }
}
