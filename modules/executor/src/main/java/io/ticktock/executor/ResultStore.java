package io.ticktock.executor;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.PackedInputs;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.PlanResult;
import io.ticktock.sdk.Choice;
import io.ticktock.sdk.HandlerFailure;
import io.ticktock.sdk.PlanOutcome.Chosen;
import io.ticktock.sdk.TaskOutcome.Streamed;
import io.ticktock.sdk.Value;
import io.vertx.core.Future;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Turns results into what records hold: small ones as they are, large ones as references to the blob store. */
final class ResultStore {

    private final BlobClient blobs;
    private final Repeater repeater;
    private final BlobValues values;
    private final int inlineLimitBytes;

    ResultStore(BlobClient blobs, BlobValues values, Repeater repeater, int inlineLimitBytes) {
        this.blobs = blobs;
        this.values = values;
        this.repeater = repeater;
        this.inlineLimitBytes = inlineLimitBytes;
    }

    /** The payload of a Task's result. */
    Future<Payload> store(HeldAttempt attempt, Value value) {
        return store(attempt, value.payload());
    }

    /** The payload, by reference when it is large. */
    Future<Payload> store(HeldAttempt attempt, Payload payload) {
        if (payload.hasBlob() || payload.getInline().size() <= inlineLimitBytes) {
            return Future.succeededFuture(payload);
        }
        return storeBytes(attempt, Value.of(payload).mediaType(), List.of(payload.getInline()))
                .map(blob -> payload(payload.getMediaType(), blob));
    }

    /** The value that a stream gives, stored if it is large. The stream is closed at the end, read or not. */
    Future<Value> store(HeldAttempt attempt, Streamed result) {
        InputStream content = result.content();
        return nextChunk(attempt, content)
                .compose(first -> first.size() <= inlineLimitBytes && first.size() < BlobClient.CHUNK_BYTES
                        ? Future.succeededFuture(Value.of(result.mediaType(), first))
                        : storeStream(attempt, result, first))
                .onComplete(ended -> attempt.closeLater(content));
    }

    /** The result of a Plan; each choice's input is in it or behind it. */
    Future<PlanResult> store(HeldAttempt attempt, Chosen chosen) {
        PlanResult.Builder result = PlanResult.newBuilder().setExplanation(chosen.explanation());
        long inlineBytes = 0;
        boolean passesOnOnly = true;
        List<Payload> inputs = new ArrayList<>(chosen.choices().size());
        for (Choice choice : chosen.choices()) {
            result.addNextTaskIds(choice.target());
            Payload input = choice.input().map(Value::payload).orElse(Payload.getDefaultInstance());
            inlineBytes += input.getInline().size();
            passesOnOnly &= choice.input().isEmpty();
            inputs.add(input);
        }
        if (passesOnOnly) {
            return Future.succeededFuture(result.build());
        }
        if (inlineBytes <= inlineLimitBytes) {
            return Future.succeededFuture(result.addAllInputs(inputs).build());
        }
        return pack(attempt, chosen.choices())
                .map(packed -> result.setPackedInputs(packed).build());
    }

    private Future<PackedInputs> pack(HeldAttempt attempt, List<Choice> choices) {
        PackedInputs.Builder packed = PackedInputs.newBuilder();
        List<ByteString> parts = new ArrayList<>(choices.size());
        Optional<String> mediaType = Optional.empty();
        for (Choice choice : choices) {
            if (choice.input().isEmpty()) {
                packed.addSizesBytes(-1);
                continue;
            }
            Value input = choice.input().get();
            if (!mediaType.orElse(input.mediaType()).equals(input.mediaType())) {
                return Future.failedFuture(AttemptFailure.permanent(
                        "mixed_media_types",
                        "the inputs of all choices have together more than " + inlineLimitBytes
                                + " bytes; then they must be of one media type"));
            }
            mediaType = Optional.of(input.mediaType());
            packed.addSizesBytes(input.bytes().size());
            parts.add(input.bytes());
        }
        String type = mediaType.orElse(Value.JSON);
        return storeBytes(attempt, type, parts)
                .map(blob -> packed.setBlob(blob).setMediaType(type).build());
    }

    private Future<BlobReference> storeBytes(HeldAttempt attempt, String mediaType, List<ByteString> parts) {
        return repeater.repeat(
                () -> blobs.write(attempt.tenantId(), mediaType, parts).recover(ResultStore::withinQuota), () -> true);
    }

    /** Who has stored too much already may have to wait for an administrator: the attempt does not. */
    private static Future<BlobReference> withinQuota(Throwable cause) {
        return Future.failedFuture(Failure.is(cause, FailureCode.QUOTA_EXCEEDED) ? notStored(cause) : cause);
    }

    /** A stream cannot be read twice: what its upload does not survive, only another attempt can heal. */
    private Future<Value> storeStream(HeldAttempt attempt, Streamed result, ByteString first) {
        PendingChunk pending = new PendingChunk(first);
        Supplier<Future<ByteString>> chunks =
                () -> pending.isTaken() ? nextChunk(attempt, result.content()) : Future.succeededFuture(pending.take());
        return blobs.write(attempt.tenantId(), result.mediaType(), chunks)
                .recover(cause -> Future.failedFuture(cause instanceof HandlerFailure ? cause : notStored(cause)))
                .map(blob -> values.of(attempt.tenantId(), payload(result.mediaType(), blob))
                        .value());
    }

    private static AttemptFailure notStored(Throwable cause) {
        return AttemptFailure.failed(
                "result_not_stored", "the result could not be put into the blob store: " + cause.getMessage(), true);
    }

    /** The chunk that was read to see how large the stream is. */
    private static final class PendingChunk {

        private ByteString chunk;

        PendingChunk(ByteString chunk) {
            this.chunk = chunk;
        }

        boolean isTaken() {
            return chunk == null;
        }

        ByteString take() {
            ByteString taken = chunk;
            chunk = null;
            return taken;
        }
    }

    /** Fails, and does not throw, also when there is no thread for it: whoever asks for the next chunk is told either way. */
    private static Future<ByteString> nextChunk(HeldAttempt attempt, InputStream content) {
        return Future.succeededFuture(content)
                .compose(stream -> attempt.future(
                        attempt.onWorker(() -> ByteString.copyFrom(stream.readNBytes(BlobClient.CHUNK_BYTES)))));
    }

    private static Payload payload(String mediaType, BlobReference blob) {
        return Payload.newBuilder().setMediaType(mediaType).setBlob(blob).build();
    }
}
