package io.ticktock.control;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;

/** Names derived from what they stand for, so that deriving them again gives the same (RFC 9562, versions 5 and 7). */
final class ExecutionIds {

    private static final Pattern UUID_FORM = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private ExecutionIds() {}

    /** Whether a text has the form of an exec_id: the data plane refuses others. */
    static boolean isExecId(String text) {
        return UUID_FORM.matcher(text).matches();
    }

    /** The id of one attempt. */
    static String execId(String lifetimeId, String nodeId, String tokenPath, int iteration, int attempt) {
        return named(lifetimeId + '|' + nodeId + '|' + tokenPath + '|' + iteration + '|' + attempt)
                .toString();
    }

    /** The same for all attempts of one iteration. */
    static String idempotencyKey(String lifetimeId, String nodeId, String tokenPath, int iteration) {
        return named(lifetimeId + '|' + nodeId + '|' + tokenPath + '|' + iteration)
                .toString();
    }

    /**
     * The lifetime that a waiting attempt starts: time-ordered like every lifetime id, yet always the same one.
     *
     * @param wait which of the attempt's waits it is, from 1
     */
    static String childLifetimeId(String parentExecId, int wait, Instant scheduledAt) {
        UUID name = named(parentExecId + (wait == 1 ? "|child" : "|child|" + wait));
        long millis = scheduledAt.toEpochMilli() << 16;
        long random = name.getMostSignificantBits() >>> 52;
        return new UUID(millis | 0x7000L | random, name.getLeastSignificantBits()).toString();
    }

    /** The id of a signal that one lifetime sends to another about an execution, or about itself. */
    static String signalId(String kind, String about) {
        return named(kind + '|' + about).toString();
    }

    private static UUID named(String name) {
        ByteBuffer hash = ByteBuffer.wrap(sha1().digest(name.getBytes(StandardCharsets.UTF_8)));
        long most = (hash.getLong() & 0xffff_ffff_ffff_0fffL) | 0x5000L;
        long least = (hash.getLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return new UUID(most, least);
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
