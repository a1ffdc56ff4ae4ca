package io.ticktock.executor.type;

import com.google.protobuf.ByteString;
import io.ticktock.bus.outside.RetryAfter;
import io.ticktock.executor.http.HttpCall;
import io.ticktock.executor.http.HttpReply;
import io.ticktock.graph.expression.ExpressionFailure;
import io.ticktock.graph.expression.Variables;
import io.ticktock.graph.settings.HttpSettings;
import io.ticktock.proto.v1.ResourceUsage;
import io.ticktock.sdk.Failed;
import io.ticktock.sdk.JsonException;
import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.Telemetry;
import io.ticktock.sdk.Value;
import io.ticktock.sdk.running.Secrets;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What becomes of an answer: telemetry, and a result or a failure. */
final class HttpOutcome {

    /** Parsing and evaluating more than this would hold up an event loop. */
    private static final int LARGE_BODY_BYTES = 32 << 10;

    private static final int EXCERPT_CHARS = 300;
    private static final double MICROS = 1_000_000;

    private final HttpSettings http;
    private final Variables variables;
    private final HttpCall call;
    private final HttpReply reply;
    private final Secrets secrets;

    /** @param secrets that were sent: nothing here sees them again */
    HttpOutcome(HttpSettings http, Variables variables, HttpCall call, HttpReply reply, Secrets secrets) {
        this.http = http;
        this.variables = variables;
        this.call = call;
        this.reply = reply;
        this.secrets = secrets;
    }

    CompletionStage<TaskOutcome> of(TaskContext context) {
        return reply.body().size() <= LARGE_BODY_BYTES && !http.uses().mayTakeLong()
                ? CompletableFuture.completedFuture(outcome(context.attempt().telemetry()))
                : context.attempt().onWorker(() -> outcome(context.attempt().telemetry()));
    }

    private TaskOutcome outcome(Telemetry telemetry) {
        Value body = secrets.redacted(body());
        Object tree;
        try {
            tree = tree(body);
        } catch (JsonException e) {
            if (reply.status() < 300) {
                return TaskOutcome.failure(
                        "http_invalid_json", call.described() + " answered with what is " + e.getMessage(), true);
            }
            tree = body.bytes().toStringUtf8();
        }
        Map<String, Object> response = new HashMap<>();
        response.put("status", (long) reply.status());
        response.put("headers", secrets.redactedTree(reply.headers()));
        response.put("body", tree);
        if (!http.expect().evaluateCondition(variables, response)) {
            return unexpected(body, response);
        }
        http.telemetry()
                .forEach((measure, template) -> report(telemetry, measure, template.evaluate(variables, response)));
        Object output = http.output().evaluate(variables, response);
        // The body itself, untouched: it is passed on as the bytes that came, which need not even be text.
        return output == tree ? TaskOutcome.success(body) : TaskOutcome.json(output);
    }

    private TaskOutcome unexpected(Value body, Map<String, Object> response) {
        boolean retryable = http.retryOn().evaluateCondition(variables, response);
        String message = call.described() + " answered " + reply.status() + excerpt(body);
        return new Failed(
                "http_" + reply.status(),
                message,
                retryable,
                reply.header("retry-after").flatMap(text -> RetryAfter.parse(text, Instant.now())));
    }

    private static String excerpt(Value body) {
        if (body.bytes().isEmpty() || !(body.isJson() || body.mediaType().startsWith("text/"))) {
            return "";
        }
        String text = body.bytes()
                .substring(0, Math.min(body.bytes().size(), EXCERPT_CHARS))
                .toStringUtf8();
        return ": " + text.replaceAll("\\s+", " ");
    }

    /** Text is brought to UTF-8, whatever it came in. */
    private Value body() {
        String mediaType = reply.header("content-type").orElse("application/octet-stream");
        Charset charset = charset(mediaType);
        if (!mediaType.startsWith("text/") || charset.equals(StandardCharsets.UTF_8)) {
            return reply.body().isEmpty() && !mediaType.startsWith("text/")
                    ? Value.NULL
                    : Value.of(mediaType, reply.body());
        }
        String type = mediaType.substring(0, mediaType.indexOf(';'));
        return Value.of(
                type + "; charset=utf-8", ByteString.copyFromUtf8(reply.body().toString(charset)));
    }

    private static Object tree(Value body) {
        return body.isJson() || body.mediaType().startsWith("text/")
                ? body.tree()
                : body.bytes().toStringUtf8();
    }

    private static void report(Telemetry telemetry, String measure, Object value) {
        if (!(value instanceof Number number)) {
            throw new ExpressionFailure("telemetry " + measure + " must be a number, but is " + value);
        }
        switch (measure) {
            case "tokens_used" -> telemetry.addTokens(number.longValue());
            case "cost_usd" -> telemetry.addCostMicros(Math.round(number.doubleValue() * MICROS));
            case "input_tokens" ->
                telemetry.addUsage(ResourceUsage.newBuilder()
                        .setInputTokens(number.longValue())
                        .build());
            case "output_tokens" ->
                telemetry.addUsage(ResourceUsage.newBuilder()
                        .setOutputTokens(number.longValue())
                        .build());
            case "cached_tokens" ->
                telemetry.addUsage(ResourceUsage.newBuilder()
                        .setCachedTokens(number.longValue())
                        .build());
            default -> telemetry.measure(measure, number.doubleValue());
        }
    }

    private static Charset charset(String mediaType) {
        int at = mediaType.toLowerCase(Locale.ROOT).indexOf("charset=");
        if (at < 0) {
            return StandardCharsets.UTF_8;
        }
        String name = mediaType
                .substring(at + "charset=".length())
                .replace("\"", "")
                .split(";", 2)[0]
                .trim();
        try {
            return Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return StandardCharsets.UTF_8;
        }
    }
}
