package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A collector on this machine: takes spans over OTLP and HTTP. */
final class OtlpReceiver implements AutoCloseable {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final HttpServer server;
    private final List<Span> spans = new CopyOnWriteArrayList<>();
    private final List<Headers> headers = new CopyOnWriteArrayList<>();

    private OtlpReceiver(HttpServer server) {
        this.server = server;
    }

    static OtlpReceiver start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        OtlpReceiver receiver = new OtlpReceiver(server);
        server.createContext("/v1/traces", receiver::take);
        server.start();
        return receiver;
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            ExportTraceServiceRequest request = ExportTraceServiceRequest.parseFrom(
                    exchange.getRequestBody().readAllBytes());
            request.getResourceSpansList()
                    .forEach(resource ->
                            resource.getScopeSpansList().forEach(scope -> spans.addAll(scope.getSpansList())));
            headers.add(exchange.getRequestHeaders());
            exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
        }
    }

    /** The values with which a header came; the empty one where it was missing. */
    Set<String> headers(String name) {
        return headers.stream()
                .map(of -> Optional.ofNullable(of.getFirst(name)).orElse(""))
                .collect(Collectors.toSet());
    }

    List<Span> spans() {
        return List.copyOf(spans);
    }

    List<Span> ofTrace(String traceId) {
        return spans.stream().filter(span -> trace(span).equals(traceId)).toList();
    }

    /** Of the trace, as soon as one is among them that is so. */
    List<Span> await(String traceId, Predicate<Span> condition) throws InterruptedException {
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        while (ofTrace(traceId).stream().noneMatch(condition)) {
            assertTrue(
                    Instant.now().isBefore(deadline),
                    () -> spans.stream()
                            .map(span -> trace(span) + " " + span.getName())
                            .toList()
                            .toString());
            Thread.sleep(20);
        }
        return ofTrace(traceId);
    }

    static String trace(Span span) {
        return HexFormat.of().formatHex(span.getTraceId().toByteArray());
    }

    static String id(Span span) {
        return HexFormat.of().formatHex(span.getSpanId().toByteArray());
    }

    /** Empty for a span that begins its trace. */
    static String parent(Span span) {
        return HexFormat.of().formatHex(span.getParentSpanId().toByteArray());
    }

    static Map<String, String> attributes(Span span) {
        return span.getAttributesList().stream()
                .collect(Collectors.toMap(KeyValue::getKey, attribute -> text(attribute.getValue())));
    }

    private static String text(AnyValue value) {
        return value.hasIntValue() ? Long.toString(value.getIntValue()) : value.getStringValue();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
