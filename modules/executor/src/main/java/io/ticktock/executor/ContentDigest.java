package io.ticktock.executor;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.PlanResult;
import io.ticktock.sdk.HandlerFailure;
import io.ticktock.sdk.Value;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.TreeMap;

/** By what guardrails know again what a node was given and what it made: the first 16 bytes of a SHA-256. */
final class ContentDigest {

    private static final int BYTES = 16;
    private static final byte ABSENT = 0;
    private static final byte PRESENT = 1;

    private final MessageDigest sha256 = sha256();

    private ContentDigest() {}

    /** Of all that the node looks at; empty when some of it is too large to be held. */
    static ByteString of(ResolvedInput input) {
        ContentDigest digest = new ContentDigest();
        try {
            digest.add(input.passed());
            digest.add(input.passed() == input.input() ? null : input.input());
            input.arrivals().forEach(arrival -> digest.add(arrival.value()));
            new TreeMap<>(input.results()).forEach((node, value) -> {
                digest.add(node);
                digest.add(value);
            });
        } catch (HandlerFailure unread) {
            return ByteString.EMPTY;
        }
        return digest.value();
    }

    /** Of a Task's result. */
    static ByteString of(Payload result) {
        if (result.hasBlob()) {
            return result.getBlob().getSha256().substring(0, BYTES);
        }
        ContentDigest digest = new ContentDigest();
        digest.add(result.getInline());
        return digest.value();
    }

    /** Of what a Plan chose, and what it passed on; not of its explanation. */
    static ByteString of(PlanResult result) {
        ContentDigest digest = new ContentDigest();
        result.getNextTaskIdsList().forEach(digest::add);
        result.getInputsList().forEach(input -> digest.add(contentOf(input)));
        digest.add(result.getPackedInputs().getBlob().getSha256());
        return digest.value();
    }

    private static ByteString contentOf(Payload payload) {
        return payload.hasBlob() ? payload.getBlob().getSha256() : payload.getInline();
    }

    private void add(Value value) {
        if (value == null) {
            sha256.update(ABSENT);
            return;
        }
        sha256.update(PRESENT);
        add(contentOf(value.payload()));
    }

    private void add(String text) {
        add(ByteString.copyFrom(text, StandardCharsets.UTF_8));
    }

    /** With its length, so that what follows cannot be taken for a part of it. */
    private void add(ByteString bytes) {
        int size = bytes.size();
        sha256.update(new byte[] {(byte) (size >>> 24), (byte) (size >>> 16), (byte) (size >>> 8), (byte) size});
        bytes.asReadOnlyByteBufferList().forEach(sha256::update);
    }

    private ByteString value() {
        return ByteString.copyFrom(sha256.digest(), 0, BYTES);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
