package io.ticktock.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.BlobSlice;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.GetLifetimeResponse;
import io.ticktock.proto.v1.GetOutputResponse;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.Totals;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Lifetimes and executions as JSON. */
final class LifetimeJson {

    private static final String JSON = "application/json";
    private static final int MICROS_DIGITS = 6;
    private static final String STATUS = "LIFETIME_STATUS_";
    static final String EXECUTION_STATUS = "EXECUTION_STATUS_";
    static final String KIND = "NODE_KIND_";

    private LifetimeJson() {}

    static ObjectNode lifetime(AgentLifetime lifetime) {
        ObjectNode json = JsonText.object();
        json.put("lifetime_id", lifetime.getLifetimeId());
        json.put("graph", lifetime.getGraph().getName());
        json.put("version", lifetime.getGraph().getVersion());
        json.put("status", word(lifetime.getStatus().name(), STATUS));
        json.put("reason", lifetime.getReason());
        json.set("labels", labels(lifetime.getLabelsMap()));
        json.put("created_at", time(lifetime.getCreatedAt()));
        json.put("updated_at", time(lifetime.getUpdatedAt()));
        json.put("ended_at", lifetime.hasEndedAt() ? time(lifetime.getEndedAt()) : null);
        if (!lifetime.getForkedFromLifetimeId().isEmpty()) {
            json.put("forked_from_lifetime_id", lifetime.getForkedFromLifetimeId());
            json.put("forked_from_exec_id", lifetime.getForkedFromExecId());
        }
        if (!lifetime.getQuarantine().isEmpty()) {
            json.put("quarantine", lifetime.getQuarantine());
        }
        json.set("totals", totals(lifetime.getTotals()));
        return json;
    }

    /** With the policy by which guardrails brought it into its state, if they did. */
    static ObjectNode lifetime(GetLifetimeResponse found) {
        ObjectNode json = lifetime(found.getLifetime());
        if (found.hasGuardrail()) {
            EventJson.policy(json.putObject("guardrail"), found.getGuardrail());
        }
        return json;
    }

    /** In the order of their names. */
    static ObjectNode labels(Map<String, String> labels) {
        ObjectNode json = JsonText.object();
        new TreeMap<>(labels).forEach(json::put);
        return json;
    }

    /** Empty when there is no such status. */
    static Optional<LifetimeStatus> status(String word) {
        for (LifetimeStatus status : LifetimeStatus.values()) {
            if (status != LifetimeStatus.LIFETIME_STATUS_UNSPECIFIED
                    && word(status.name(), STATUS).equals(word)) {
                return Optional.of(status);
            }
        }
        return Optional.empty();
    }

    private static ObjectNode totals(Totals totals) {
        ObjectNode json = JsonText.object();
        json.put("executions", totals.getExecutions());
        json.put("tokens_used", totals.getTokensUsed());
        json.put("cost_usd", usd(totals.getCostMicros()));
        json.put("latency_ms", totals.getLatencyMs());
        return json;
    }

    /** The result that travelled over the FINAL edge; of a join, one for each branch; of packed inputs, where it is. */
    static JsonNode output(GetOutputResponse output) {
        if (output.hasSlice()) {
            BlobSlice slice = output.getSlice();
            return slice(slice.getBlob(), slice.getMediaType(), slice.getOffsetBytes(), slice.getSizeBytes());
        }
        if (output.hasOutput()) {
            return payload(output.getOutput());
        }
        ArrayNode joined = JsonText.array();
        output.getJoinedList().forEach(payload -> joined.add(payload(payload)));
        return joined;
    }

    /** JSON as the value of a message. */
    static Payload payload(JsonNode json) {
        return Payload.newBuilder()
                .setMediaType(JSON)
                .setInline(ByteString.copyFrom(JsonText.bytes(json)))
                .build();
    }

    /**
     * JSON and text as they are; other bytes, and JSON beyond what is read here, in base64; what is in the blob store by its
     * size and where it is.
     */
    static JsonNode payload(Payload payload) {
        if (payload.hasBlob()) {
            return blob(payload.getBlob(), payload.getMediaType());
        }
        if (payload.getMediaType().isEmpty() || payload.getMediaType().equals(JSON)) {
            return payload.getInline().isEmpty()
                    ? NullNode.getInstance()
                    : JsonText.value(payload.getInline().toByteArray()).orElseGet(() -> bytes(payload));
        }
        if (payload.getMediaType().startsWith("text/")) {
            return TextNode.valueOf(payload.getInline().toStringUtf8());
        }
        return bytes(payload);
    }

    private static ObjectNode bytes(Payload payload) {
        ObjectNode json = JsonText.object();
        json.put("media_type", payload.getMediaType().isEmpty() ? JSON : payload.getMediaType());
        json.put("size_bytes", payload.getInline().size());
        json.put("base64", payload.getInline().toByteArray());
        return json;
    }

    /** @param mediaType of the value; empty where the blob's says it, which is JSON unless it says otherwise */
    static ObjectNode blob(BlobReference blob, String mediaType) {
        String known = mediaType.isEmpty() ? blob.getMediaType() : mediaType;
        String type = known.isEmpty() ? JSON : known;
        ObjectNode json = JsonText.object();
        json.put("media_type", type);
        json.put("size_bytes", blob.getSizeBytes());
        json.put("uri", blob.getUri());
        json.put("href", href(blob.getUri(), type));
        return json;
    }

    /** A blob is called by its hash, which is what its uri ends with. */
    private static String href(String uri, String mediaType) {
        String path = "/v1/blobs/" + uri.substring(uri.lastIndexOf('/') + 1);
        return path + "?media_type=" + URLEncoder.encode(mediaType, StandardCharsets.UTF_8);
    }

    /** Part of a blob. */
    static ObjectNode slice(BlobReference blob, String mediaType, long offsetBytes, long sizeBytes) {
        ObjectNode json = blob(blob, mediaType);
        json.put("offset_bytes", offsetBytes);
        json.put("size_bytes", sizeBytes);
        return json;
    }

    static ObjectNode execution(ExecutionReference execution, String lifetimeId) {
        ExecutionHeaders headers = execution.getHeaders();
        ObjectNode json = JsonText.object();
        json.put("exec_id", headers.getExecId());
        json.put("lifetime_id", headers.getLifetimeId());
        json.put("shared", !headers.getLifetimeId().equals(lifetimeId));
        json.put("node", headers.getNodeId());
        json.put("kind", word(headers.getKind().name(), KIND));
        json.put("token_path", headers.getTokenPath());
        json.put("iteration", headers.getIteration());
        json.put("attempt", headers.getAttempt());
        json.put("status", word(headers.getStatus().name(), EXECUTION_STATUS));
        json.put("scheduled_at", time(headers.getScheduledAt()));
        json.put("started_at", time(headers.getStartedAt()));
        json.put("finished_at", time(headers.getFinishedAt()));
        json.put("tokens_used", execution.getTelemetry().getTokensUsed());
        json.put("cost_usd", usd(execution.getTelemetry().getCostMicros()));
        json.put("latency_ms", execution.getTelemetry().getLatencyMs());
        json.put("result_size_bytes", execution.getResultSizeBytes());
        ArrayNode next = json.putArray("next_task_ids");
        execution.getNextTaskIdsList().forEach(next::add);
        if (execution.hasError()) {
            ObjectNode error = json.putObject("error");
            error.put("code", execution.getError().getCode());
            error.put("message", execution.getError().getMessage());
        }
        return json;
    }

    static String time(Timestamp time) {
        return ProtoTime.instant(time).toString();
    }

    static BigDecimal usd(long micros) {
        BigDecimal amount = BigDecimal.valueOf(micros, MICROS_DIGITS).stripTrailingZeros();
        return amount.scale() < 0 ? amount.setScale(0) : amount;
    }

    static String word(String constant, String prefix) {
        return constant.startsWith(prefix) ? constant.substring(prefix.length()).toLowerCase(Locale.ROOT) : "unknown";
    }
}
