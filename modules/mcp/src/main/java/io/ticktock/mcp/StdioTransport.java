package io.ticktock.mcp;

import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.ProtocolVersions;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Messages to and from a process, a line each. The one of the SDK does not tell whoever waits that the process has died,
 * keeps without bound what it writes to its log, gives it our whole environment and waits for its end for ever.
 */
final class StdioTransport implements McpClientTransport {

    private static final Logger LOG = LoggerFactory.getLogger(StdioTransport.class);
    private static final int MOST_WAITING_MESSAGES = 2_048;

    private final ServerConfiguration configuration;
    private final ServerProcess process;
    private final McpJsonMapper json;
    private final FloodGate gate;
    private final Consumer<String> broken;
    private final BlockingQueue<byte[]> outgoing = new ArrayBlockingQueue<>(MOST_WAITING_MESSAGES);
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler;

    /** @param broken hears, perhaps more than once, why nothing comes from the process any more */
    StdioTransport(
            ServerConfiguration configuration,
            ServerProcess process,
            McpJsonMapper json,
            FloodGate gate,
            Consumer<String> broken) {
        this.configuration = configuration;
        this.process = process;
        this.json = json;
        this.gate = gate;
        this.broken = broken;
    }

    @Override
    public List<String> protocolVersions() {
        return List.of(
                ProtocolVersions.MCP_2024_11_05,
                ProtocolVersions.MCP_2025_03_26,
                ProtocolVersions.MCP_2025_06_18,
                ProtocolVersions.MCP_2025_11_25);
    }

    @Override
    public Mono<Void> connect(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> receiver) {
        return Mono.fromRunnable(() -> {
            handler = receiver;
            start("in", this::read);
            start("out", this::write);
            start("err", process::readLog);
        });
    }

    private void start(String what, Runnable work) {
        Thread thread = new Thread(work, "ticktock-mcp-" + configuration.name() + '-' + what);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public Mono<Void> sendMessage(JSONRPCMessage message) {
        return Mono.fromCallable(() -> {
            byte[] bytes = json.writeValueAsBytes(message);
            if (bytes.length > configuration.maxMessageBytes()) {
                throw McpFailure.lasting(
                        "mcp_request_too_large",
                        "the request to " + configuration.name() + " has " + bytes.length + " bytes; it may have "
                                + configuration.maxMessageBytes());
            }
            if (!outgoing.offer(bytes)) {
                throw McpFailure.passing(
                        "mcp_overloaded", "too many messages wait for the server " + configuration.name());
            }
            return null;
        });
    }

    @Override
    public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
        return json.convertValue(data, type);
    }

    /** May block. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            process.end();
            // Wakes the thread that writes.
            outgoing.clear();
            if (!outgoing.offer(new byte[0])) {
                LOG.debug("{} has something to write still", configuration.name());
            }
        }
    }

    @Override
    public Mono<Void> closeGracefully() {
        return Mono.fromRunnable(this::close);
    }

    private void write() {
        OutputStream out = process.input();
        try {
            while (!closed.get()) {
                byte[] message = outgoing.take();
                if (message.length > 0) {
                    out.write(message);
                    out.write('\n');
                    out.flush();
                }
            }
        } catch (IOException e) {
            broken.accept("it takes no more messages");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        MessageLines lines = new MessageLines(process.output(), configuration.maxMessageBytes());
        try {
            for (Optional<MessageLines.Line> line = lines.next(); line.isPresent(); line = lines.next()) {
                if (!take(line.get())) {
                    broken.accept("it floods us with what nobody asked for");
                    return;
                }
            }
            broken.accept(process.howItEnded());
        } catch (IOException e) {
            broken.accept(closed.get() ? "it was stopped" : "its output cannot be read: " + e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("the messages of {} are read no more", configuration.name(), e);
            broken.accept("a message of it could not be handled");
        }
    }

    /** Whether to go on. */
    private boolean take(MessageLines.Line line) {
        Optional<JSONRPCMessage> message = line.isWhole() ? parsed(line.text()) : tooLong(line);
        boolean isAnswer = message.filter(JSONRPCResponse.class::isInstance).isPresent();
        message.ifPresent(
                found -> handler.apply(Mono.just(found)).subscribe(handled -> {}, failure -> refused(failure)));
        return isAnswer || gate.passes(line.bytes());
    }

    private void refused(Throwable failure) {
        LOG.warn("a message of {} was of no use: {}", configuration.name(), String.valueOf(failure.getMessage()));
    }

    /** Nothing for what is no message: some programs write to the user there. */
    private Optional<JSONRPCMessage> parsed(String line) {
        try {
            return Optional.of(McpSchema.deserializeJsonRpcMessage(json, line));
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug("{} wrote what is no message", configuration.name());
            return Optional.empty();
        }
    }

    /** Fails the one request that it answers, which its ends tell. */
    private Optional<JSONRPCMessage> tooLong(MessageLines.Line line) {
        return MessageIds.within(line.text())
                .map(id -> JSONRPCResponse.error(
                        id,
                        new JSONRPCResponse.JSONRPCError(
                                TrackedTransport.ANSWER_TOO_LARGE,
                                "an answer of " + line.bytes() + " bytes, of at most "
                                        + configuration.maxMessageBytes())));
    }

    /** For a process that has been started. */
    static StdioTransport over(
            ServerConfiguration configuration,
            ServerAddress.Command command,
            Map<String, String> environment,
            Function<String, String> redacted,
            McpJsonMapper json,
            FloodGate gate,
            Consumer<String> broken) {
        ServerProcess process = ServerProcess.start(configuration.name(), command, environment, redacted);
        return new StdioTransport(configuration, process, json, gate, broken);
    }
}
