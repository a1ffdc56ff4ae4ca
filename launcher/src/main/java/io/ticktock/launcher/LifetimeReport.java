package io.ticktock.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.GetOutputResponse;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.Totals;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/** What is told of a lifetime, as JSON and as text. */
final class LifetimeReport {

    /** A larger output is named, not shown, inside JSON. */
    private static final long MAX_OUTPUT_IN_JSON_BYTES = 64L * 1024 * 1024;

    private static final int MICROS_DIGITS = 6;

    private final Client client;
    private final Payloads payloads;

    LifetimeReport(Client client, Payloads payloads) {
        this.client = client;
        this.payloads = payloads;
    }

    /** The result of a run; output is null unless the lifetime completed. */
    ObjectNode json(AgentLifetime lifetime) {
        ObjectNode json = Json.object();
        json.put("lifetime_id", lifetime.getLifetimeId());
        json.put("graph", lifetime.getGraph().getName());
        json.put("version", lifetime.getGraph().getVersion());
        json.put("status", status(lifetime.getStatus()));
        json.put("reason", lifetime.getReason());
        if (isFork(lifetime)) {
            json.put("forked_from_lifetime_id", lifetime.getForkedFromLifetimeId());
            json.put("forked_from_exec_id", lifetime.getForkedFromExecId());
        }
        if (!lifetime.getQuarantine().isEmpty()) {
            json.put("quarantine", lifetime.getQuarantine());
        }
        json.set("output", output(lifetime));
        json.set("totals", totals(lifetime.getTotals()));
        return json;
    }

    static boolean isFork(AgentLifetime lifetime) {
        return !lifetime.getForkedFromLifetimeId().isEmpty();
    }

    static String status(LifetimeStatus status) {
        return switch (status) {
            case LIFETIME_STATUS_RUNNING -> "running";
            case LIFETIME_STATUS_PAUSED -> "paused";
            case LIFETIME_STATUS_COMPLETED -> "completed";
            case LIFETIME_STATUS_FAILED -> "failed";
            case LIFETIME_STATUS_ABORTED -> "aborted";
            case LIFETIME_STATUS_UNSPECIFIED, UNRECOGNIZED -> "unknown";
        };
    }

    static ObjectNode totals(Totals totals) {
        ObjectNode json = Json.object();
        json.put("executions", totals.getExecutions());
        json.put("tokens_used", totals.getTokensUsed());
        json.put("cost_usd", usd(totals.getCostMicros()));
        json.put("latency_ms", totals.getLatencyMs());
        return json;
    }

    static BigDecimal usd(long micros) {
        BigDecimal amount = BigDecimal.valueOf(micros, MICROS_DIGITS).stripTrailingZeros();
        return amount.scale() < 0 ? amount.setScale(0) : amount;
    }

    /** The row of a list. */
    static ObjectNode summary(AgentLifetime lifetime) {
        ObjectNode json = Json.object();
        json.put("lifetime_id", lifetime.getLifetimeId());
        json.put("graph", lifetime.getGraph().getName());
        json.put("version", lifetime.getGraph().getVersion());
        json.put("status", status(lifetime.getStatus()));
        json.put("reason", lifetime.getReason());
        json.put("created_at", ProtoTime.instant(lifetime.getCreatedAt()).toString());
        json.put(
                "ended_at",
                lifetime.hasEndedAt() ? ProtoTime.instant(lifetime.getEndedAt()).toString() : null);
        json.set("totals", totals(lifetime.getTotals()));
        return json;
    }

    private JsonNode output(AgentLifetime lifetime) {
        if (!lifetime.hasOutput()) {
            return NullNode.getInstance();
        }
        GetOutputResponse output = client.output(lifetime.getOutput());
        if (output.hasOutput()) {
            return value(output.getOutput());
        }
        ArrayNode joined = Json.object().arrayNode();
        output.getJoinedList().forEach(payload -> joined.add(value(payload)));
        return joined;
    }

    private JsonNode value(Payload payload) {
        boolean isText = payload.getMediaType().startsWith("text/");
        boolean isJson = Payloads.isJson(payload);
        boolean fits = Payloads.sizeOf(payload) <= MAX_OUTPUT_IN_JSON_BYTES;
        if (!payloads.isReadable(payload) || !fits || !(isText || isJson)) {
            return reference(payload);
        }
        byte[] content = payloads.read(payload);
        return isJson
                ? Json.parse(content).orElse(NullNode.getInstance())
                : TextNode.valueOf(new String(content, StandardCharsets.UTF_8));
    }

    private static JsonNode reference(Payload payload) {
        ObjectNode json = Json.object();
        json.put("media_type", payload.getMediaType());
        json.put("size_bytes", Payloads.sizeOf(payload));
        json.put("uri", payload.getBlob().getUri());
        return json;
    }

    /** Prints the output of a completed lifetime for people. */
    void printOutput(AgentLifetime lifetime, PrintStream out) {
        GetOutputResponse output = client.output(lifetime.getOutput());
        if (output.hasOutput()) {
            print(output.getOutput(), out);
        } else {
            out.println(Json.forPeople(Json.bytes(output(lifetime))));
        }
    }

    private void print(Payload payload, PrintStream out) {
        if (!payloads.isReadable(payload)) {
            out.println(Json.text(reference(payload)));
            return;
        }
        if (Payloads.isJson(payload) && Payloads.sizeOf(payload) <= MAX_OUTPUT_IN_JSON_BYTES) {
            out.println(Json.forPeople(payloads.read(payload)));
            return;
        }
        try {
            payloads.copy(payload, out);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, "the output cannot be written to standard output", e);
        }
        out.flush();
    }
}
