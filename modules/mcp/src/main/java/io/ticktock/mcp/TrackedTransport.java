package io.ticktock.mcp;

import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/**
 * Knows which requests wait for an answer, and gives each one: the server's, or an error when the server is gone or the
 * answer is wanted no more. The SDK's session would keep such a request for ever. What was not asked for stays outside.
 */
final class TrackedTransport implements McpClientTransport {

    /** Codes of errors that are ours; the protocol leaves these to whoever speaks it. */
    static final int ANSWER_TOO_LARGE = 1_001;

    static final int SERVER_GONE = 1_002;
    static final int ABANDONED = 1_003;

    private static final String CANCELLED = "notifications/cancelled";

    private final McpClientTransport inner;
    private final FloodGate gate;
    private final Consumer<String> broken;
    private final Set<Object> waiting = ConcurrentHashMap.newKeySet();
    private volatile Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> receiver;
    private volatile String gone;

    TrackedTransport(McpClientTransport inner, FloodGate gate, Consumer<String> broken) {
        this.inner = inner;
        this.gate = gate;
        this.broken = broken;
    }

    @Override
    public List<String> protocolVersions() {
        return inner.protocolVersions();
    }

    @Override
    public Mono<Void> connect(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
        receiver = handler;
        return inner.connect(messages -> messages.flatMap(this::receive));
    }

    @Override
    public void setExceptionHandler(Consumer<Throwable> handler) {
        inner.setExceptionHandler(handler);
    }

    private Mono<JSONRPCMessage> receive(JSONRPCMessage message) {
        if (message instanceof JSONRPCResponse response && response.id() != null && waiting.remove(response.id())) {
            return receiver.apply(Mono.just(message));
        }
        if (!gate.passes(0)) {
            broken.accept("it floods us with what nobody asked for");
            return Mono.empty();
        }
        // What a server may ask of us, such as whether we are alive, has an answer. What it just tells is not needed.
        return message instanceof JSONRPCRequest ? receiver.apply(Mono.just(message)) : Mono.empty();
    }

    @Override
    public Mono<Void> sendMessage(JSONRPCMessage message) {
        if (!(message instanceof JSONRPCRequest request)) {
            return inner.sendMessage(message);
        }
        return Mono.deferContextual(context -> {
            if (!context.<ServerCall>getOrEmpty(ServerCall.KEY)
                    .map(call -> call.sendsAs(request.id()))
                    .orElse(true)) {
                return Mono.error(new CancellationException("the request is wanted no more"));
            }
            waiting.add(request.id());
            if (gone != null) {
                fail(request.id(), SERVER_GONE, gone);
                return Mono.empty();
            }
            return inner.sendMessage(message).doOnError(failure -> waiting.remove(request.id()));
        });
    }

    @Override
    public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
        return inner.unmarshalFrom(data, type);
    }

    /** Whoever waits for this answer waits no more, and the server hears of it. */
    Mono<Void> abandon(Object id, String reason) {
        return Mono.defer(() -> {
            if (!waiting.contains(id)) {
                return Mono.empty();
            }
            fail(id, ABANDONED, reason);
            return inner.sendMessage(new JSONRPCNotification(CANCELLED, Map.of("requestId", id, "reason", reason)));
        });
    }

    /** Nothing comes from the server any more. */
    void serverGone(String reason) {
        gone = reason;
        waiting.forEach(id -> fail(id, SERVER_GONE, reason));
    }

    private void fail(Object id, int code, String reason) {
        if (waiting.remove(id)) {
            receiver.apply(Mono.just(JSONRPCResponse.error(id, new JSONRPCError(code, reason))))
                    .subscribe();
        }
    }

    @Override
    public void close() {
        inner.close();
    }

    @Override
    public Mono<Void> closeGracefully() {
        return inner.closeGracefully();
    }
}
