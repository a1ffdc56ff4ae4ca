package io.ticktock.executor.type;

import com.google.protobuf.ByteString;
import io.ticktock.bus.trace.TraceParent;
import io.ticktock.executor.http.HttpCall;
import io.ticktock.executor.http.HttpFault;
import io.ticktock.executor.http.HttpReply;
import io.ticktock.executor.http.HttpSender;
import io.ticktock.graph.expression.Template;
import io.ticktock.graph.expression.Variables;
import io.ticktock.graph.settings.HttpSettings;
import io.ticktock.proto.v1.ResourceUsage;
import io.ticktock.sdk.HandlerFailure;
import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskType;
import io.ticktock.sdk.Value;
import io.ticktock.sdk.running.Secrets;
import io.vertx.core.Future;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Calls a URL. */
final class HttpType implements TaskType {

    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

    private final HttpSender sender;

    HttpType(HttpSender sender) {
        this.sender = sender;
    }

    @Override
    public String name() {
        return "http";
    }

    @Override
    public TaskHandler handler() {
        return this::run;
    }

    @Override
    public boolean readsInput() {
        return false;
    }

    private CompletionStage<TaskOutcome> run(TaskContext context) {
        HttpSettings http = AttemptSettings.of(context.settings(), HttpSettings.class);
        Variables variables = AttemptSettings.variables(context.settings());
        Secrets secrets = AttemptSettings.secrets(context.settings());
        return Future.succeededFuture(http)
                .map(settings -> call(context, settings, variables, secrets))
                .compose(call -> send(context, call))
                .recover(cause -> Future.failedFuture(failure(cause)))
                .toCompletionStage()
                .thenCompose(answered ->
                        new HttpOutcome(http, variables, answered.call, answered.reply, secrets).of(context));
    }

    private record Answered(HttpCall call, HttpReply reply) {}

    private Future<Answered> send(TaskContext context, HttpCall call) {
        return sender.send(call, context.attempt().timeout(), context.attempt()::onCancel)
                .map(reply -> {
                    context.attempt()
                            .telemetry()
                            .addUsage(ResourceUsage.newBuilder()
                                    .setBytesOut(call.body().size())
                                    .setBytesIn(reply.body().size())
                                    .build());
                    return new Answered(call, reply);
                });
    }

    private static HttpCall call(TaskContext context, HttpSettings http, Variables variables, Secrets secrets) {
        Map<String, String> headers = new LinkedHashMap<>();
        http.headers()
                .forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), text(value, variables, secrets)));
        ByteString body = ByteString.EMPTY;
        if (http.json().isPresent()) {
            body = Value.json(http.json().get().evaluate(variables, secrets::value))
                    .bytes();
            headers.putIfAbsent("content-type", Value.JSON);
        } else if (http.body().isPresent()) {
            body = ByteString.copyFromUtf8(text(http.body().get(), variables, secrets));
            headers.putIfAbsent("content-type", "text/plain; charset=utf-8");
        }
        if (!SAFE_METHODS.contains(http.method())) {
            headers.putIfAbsent("idempotency-key", context.attempt().idempotencyKey());
        }
        context.attempt().traceParent().ifPresent(header -> headers.putIfAbsent(TraceParent.HEADER, header));
        boolean isSecretBody = Stream.concat(http.json().stream(), http.body().stream())
                .anyMatch(template -> !template.secrets().isEmpty());
        return new HttpCall(
                http.method(), target(http, variables, secrets), headers, body, secretHeaders(http), isSecretBody);
    }

    private static Set<String> secretHeaders(HttpSettings http) {
        return http.headers().entrySet().stream()
                .filter(header -> !header.getValue().secrets().isEmpty())
                .map(header -> header.getKey().toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static URI target(HttpSettings http, Variables variables, Secrets secrets) {
        StringBuilder url = new StringBuilder(text(http.url(), variables, secrets));
        http.query().forEach((name, template) -> {
            Object value = template.evaluate(variables, secrets::value);
            if (value != null) {
                url.append(url.indexOf("?") < 0 ? '?' : '&')
                        .append(escaped(name))
                        .append('=')
                        .append(escaped(PlainText.of(value)));
            }
        });
        try {
            return new URI(url.toString());
        } catch (URISyntaxException e) {
            throw new HandlerFailure(
                    "http_invalid_request",
                    "the url is not valid at character " + (e.getIndex() + 1) + ": " + e.getReason(),
                    false,
                    e);
        }
    }

    private static String text(Template template, Variables variables, Secrets secrets) {
        return PlainText.of(template.evaluate(variables, secrets::value));
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static Throwable failure(Throwable cause) {
        return cause instanceof HttpFault fault
                ? new HandlerFailure(
                        fault.kind().code(), fault.getMessage(), fault.kind().retryable(), fault)
                : cause;
    }
}
