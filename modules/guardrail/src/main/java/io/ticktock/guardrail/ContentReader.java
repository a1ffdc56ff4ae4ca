package io.ticktock.guardrail;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.guardrail.policy.Content;
import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.GetExecutionsRequest;
import io.ticktock.proto.v1.GetExecutionsResponse;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.ReadBlobRequest;
import io.ticktock.proto.v1.TaskExecution;
import io.vertx.core.Future;

/** Fetches results for policies that read them. What is too large is left where it is, and policies are told. */
final class ContentReader {

    private static final int CHUNK_BYTES = 512 << 10;

    private final Bus bus;
    private final int maxBytes;

    ContentReader(Bus bus, int maxBytes) {
        this.bus = bus;
        this.maxBytes = maxBytes;
    }

    /** The result of a durable record. Fails with UNAVAILABLE when it cannot be read now. */
    Future<Content> read(ExecutionHeaders headers) {
        GetExecutionsRequest.Builder request = GetExecutionsRequest.newBuilder()
                .setTenantId(headers.getTenantId())
                .setLifetimeId(headers.getLifetimeId());
        if (headers.getKind() == NodeKind.NODE_KIND_PLAN) {
            request.addPlanExecIds(headers.getExecId());
        } else {
            request.addTaskExecIds(headers.getExecId());
        }
        return bus.request(Addresses.STATE_GET_EXECUTIONS, request.build())
                .compose(response -> content(headers, response))
                .recover(cause -> Failure.is(cause, FailureCode.NOT_FOUND)
                        ? Future.succeededFuture(Content.unreadable("the result is not there any more"))
                        : Future.failedFuture(new Failure(
                                FailureCode.UNAVAILABLE,
                                "the result of " + headers.getExecId() + " cannot be read: " + cause.getMessage(),
                                cause)));
    }

    private Future<Content> content(ExecutionHeaders headers, GetExecutionsResponse response) {
        if (response.getPlansCount() > 0) {
            return Future.succeededFuture(Content.of(response.getPlans(0)));
        }
        if (response.getTasksCount() > 0) {
            return content(headers, response.getTasks(0));
        }
        return Future.failedFuture(new Failure(FailureCode.NOT_FOUND, "there is no such record"));
    }

    private Future<Content> content(ExecutionHeaders headers, TaskExecution task) {
        if (task.hasError()) {
            return Future.succeededFuture(Content.NONE);
        }
        Payload payload = task.getResult().getPayload();
        long size = payload.hasBlob()
                ? payload.getBlob().getSizeBytes()
                : payload.getInline().size();
        if (size > maxBytes) {
            return Future.succeededFuture(Content.unreadable("the result has " + size + " bytes, more than"
                    + " guardrail.max_content_bytes = " + maxBytes
                    + ": raise the setting, or narrow applies_to to other nodes"));
        }
        return payload.hasBlob()
                ? read(headers.getTenantId(), payload.getBlob(), ByteString.EMPTY)
                        .map(bytes -> Content.of(payload.getMediaType(), bytes))
                : Future.succeededFuture(Content.of(payload.getMediaType(), payload.getInline()));
    }

    private Future<ByteString> read(String tenantId, BlobReference blob, ByteString before) {
        long left = blob.getSizeBytes() - before.size();
        if (left == 0) {
            return Future.succeededFuture(before);
        }
        ReadBlobRequest request = ReadBlobRequest.newBuilder()
                .setTenantId(tenantId)
                .setUri(blob.getUri())
                .setOffset(before.size())
                .setLength((int) Math.min(left, CHUNK_BYTES))
                .build();
        return bus.request(Addresses.BLOB_READ, request).compose(chunk -> {
            if (chunk.getChunk().isEmpty() || chunk.getChunk().size() > left) {
                return Future.failedFuture(new Failure(FailureCode.INTERNAL, "a blob is not as long as it says"));
            }
            return read(tenantId, blob, before.concat(chunk.getChunk()));
        });
    }
}
