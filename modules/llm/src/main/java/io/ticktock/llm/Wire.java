package io.ticktock.llm;

import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.DefaultServerSentEventParser;
import dev.langchain4j.http.client.sse.ServerSentEvent;
import dev.langchain4j.http.client.sse.ServerSentEventContext;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import io.ticktock.bus.outside.RetryAfter;
import io.ticktock.sdk.running.Secrets;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One call's connection, for the library that speaks the provider's protocol. What comes is read as it comes, on the event
 * loop; no thread waits for it.
 */
final class Wire implements HttpClient {

    private static final int MOST_ERROR_BYTES = 64 << 10;
    private static final int EXCERPT_CHARS = 300;

    /** What an event takes besides its data: the library keeps each until the answer is complete. */
    private static final int BYTES_AN_EVENT = 128;

    private static final int NO_TIMER = -1;

    /** How long a server may take to end an answer that is complete. */
    private static final long LONGEST_FAREWELL_MS = 1_000;

    /** What ends an answer of chat completions. */
    private static final String LAST_EVENT = "[DONE]";

    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    private final Vertx vertx;
    private final io.vertx.core.http.HttpClient client;
    private final String described;
    private final Bounds bounds;
    private final String idempotencyKey;
    private final Secrets secrets;
    private final Consumer<LlmFault> failed;

    private HttpClientRequest current;
    private boolean closed;
    private boolean ended;
    private boolean answered;
    private long received;
    private long timer = NO_TIMER;

    /**
     * What a provider may do.
     *
     * @param stall how long it may be silent
     * @param mostBytes that are taken in
     * @param memory for what is taken in
     */
    record Bounds(Duration stall, long mostBytes, AnswerMemory memory) {}

    /**
     * @param described the provider, for messages
     * @param idempotencyKey by which the provider may know that it has answered this before
     * @param secrets that a provider may repeat in its errors
     * @param failed told why there is no answer, perhaps more than once
     */
    Wire(
            Vertx vertx,
            io.vertx.core.http.HttpClient client,
            String described,
            Bounds bounds,
            String idempotencyKey,
            Secrets secrets,
            Consumer<LlmFault> failed) {
        this.vertx = vertx;
        this.client = client;
        this.described = described;
        this.bounds = bounds;
        this.idempotencyKey = idempotencyKey;
        this.secrets = secrets;
        this.failed = failed;
    }

    @Override
    public SuccessfulHttpResponse execute(HttpRequest request) {
        throw new UnsupportedOperationException("models are asked for answers in parts only");
    }

    @Override
    public void execute(HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
        RequestOptions options = new RequestOptions()
                .setAbsoluteURI(request.url())
                .setMethod(HttpMethod.valueOf(request.method().name()))
                .setFollowRedirects(false);
        request.headers().forEach((name, values) -> values.forEach(value -> options.addHeader(name, value)));
        options.addHeader(IDEMPOTENCY_KEY, idempotencyKey);
        watch();
        client.request(options)
                .onSuccess(connected -> send(connected, request.body(), parser, listener))
                .onFailure(this::failConnection);
    }

    /** Whether the provider has begun to answer, so that it may ask for its price. */
    synchronized boolean isAnswered() {
        return answered;
    }

    /** Gives up; the provider sees its connection closed. */
    synchronized void close() {
        closed = true;
        unwatch();
        bounds.memory().end(this);
        if (current != null) {
            current.reset();
        }
    }

    /**
     * The answer is complete: whatever comes does not matter, and the connection may serve the next call once the server has
     * ended its answer, too. One that does not is left.
     */
    synchronized void finish() {
        closed = true;
        unwatch();
        bounds.memory().end(this);
        if (current != null && !ended) {
            timer = vertx.setTimer(Math.min(LONGEST_FAREWELL_MS, bounds.stall().toMillis()), passed -> leave());
        }
    }

    private synchronized void leave() {
        if (!ended) {
            current.reset();
        }
    }

    private synchronized void end() {
        ended = true;
        unwatch();
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private void send(
            HttpClientRequest connected, String body, ServerSentEventParser parser, ServerSentEventListener listener) {
        synchronized (this) {
            if (closed) {
                connected.reset();
                return;
            }
            current = connected;
        }
        connected
                .response()
                .onSuccess(response -> receive(response, parser, listener))
                .onFailure(this::failConnection);
        connected.end(Buffer.buffer(body)).onFailure(this::failConnection);
    }

    private void receive(HttpClientResponse response, ServerSentEventParser parser, ServerSentEventListener listener) {
        watch();
        if (response.statusCode() < 200 || response.statusCode() >= 300) {
            receiveError(response);
            return;
        }
        synchronized (this) {
            answered = true;
        }
        Guard guard = new Guard(listener);
        Frames frames = new Frames(parser instanceof DefaultServerSentEventParser);
        response.exceptionHandler(this::failConnection);
        response.handler(chunk -> {
            if (!keeps(chunk.length()) || isTooMuch(chunk.length())) {
                return;
            }
            watch();
            frames.add(chunk).ifPresent(complete -> parser.parse(new ByteArrayInputStream(complete), guard));
        });
        response.endHandler(end -> {
            end();
            if (!isClosed()) {
                parser.parse(new ByteArrayInputStream(frames.rest()), guard);
                guard.onClose();
            }
        });
    }

    /** Whether there is room for so much more. */
    private boolean keeps(long bytes) {
        Optional<Wire> largest;
        synchronized (this) {
            if (closed) {
                return false;
            }
            largest = bounds.memory().add(this, bytes);
        }
        largest.ifPresent(Wire::giveWay);
        return !isClosed();
    }

    /** All answers together are too much, and this one is the largest. */
    void giveWay() {
        fail(new LlmFault(
                "llm_overloaded",
                "there is no memory left for all answers that come at once, and that of " + described
                        + " is the largest",
                true));
    }

    private boolean isTooMuch(int bytes) {
        synchronized (this) {
            received += bytes;
            if (received <= bounds.mostBytes()) {
                return false;
            }
        }
        fail(new LlmFault(
                "llm_answer_too_large", described + " sent more than " + bounds.mostBytes() + " bytes", false));
        return true;
    }

    private void receiveError(HttpClientResponse response) {
        Buffer body = Buffer.buffer();
        response.exceptionHandler(this::failConnection);
        response.handler(chunk -> {
            watch();
            if (body.length() < MOST_ERROR_BYTES) {
                body.appendBuffer(chunk);
            } else {
                failStatus(response, body);
            }
        });
        response.endHandler(end -> failStatus(response, body));
    }

    private void failStatus(HttpClientResponse response, Buffer body) {
        int status = response.statusCode();
        boolean retryable = status == 408 || status == 425 || status == 429 || status >= 500;
        Optional<Duration> retryAfter = Optional.ofNullable(response.getHeader("retry-after"))
                .flatMap(text -> RetryAfter.parse(text, Instant.now()));
        // Before it is shortened, which could leave a part of the key.
        String text = secrets.redacted(body.toString(StandardCharsets.UTF_8))
                .replaceAll("\\s+", " ")
                .strip();
        String excerpt = text.substring(0, Math.min(text.length(), EXCERPT_CHARS));
        fail(new LlmFault(
                "llm_" + status,
                described + " answered " + status + (excerpt.isEmpty() ? "" : ": " + excerpt),
                retryable,
                retryAfter,
                null));
    }

    private void failConnection(Throwable cause) {
        fail(new LlmFault(
                "llm_connection_failed",
                "the connection to " + described + " failed: " + cause.getMessage(),
                true,
                Optional.empty(),
                cause));
    }

    private void fail(LlmFault fault) {
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        failed.accept(fault);
        close();
    }

    /** The time of silence begins anew. */
    private synchronized void watch() {
        unwatch();
        if (!closed) {
            timer = vertx.setTimer(
                    bounds.stall().toMillis(),
                    passed -> fail(new LlmFault(
                            "llm_stalled",
                            described + " sent nothing for " + bounds.stall().toMillis() + " ms",
                            true)));
        }
    }

    private synchronized void unwatch() {
        if (timer != NO_TIMER) {
            vertx.cancelTimer(timer);
            timer = NO_TIMER;
        }
    }

    /** Sees to it that nothing reaches a call that is over, and that what its reader cannot read fails it. */
    private final class Guard implements ServerSentEventListener {

        private final ServerSentEventListener reader;

        Guard(ServerSentEventListener reader) {
            this.reader = reader;
        }

        @Override
        public void onEvent(ServerSentEvent event, ServerSentEventContext context) {
            if (!keeps(BYTES_AN_EVENT)) {
                return;
            }
            Optional<LlmFault> told = ToldError.in(event, described, secrets);
            if (told.isPresent()) {
                fail(told.get());
                return;
            }
            try {
                reader.onEvent(event, context);
                if (LAST_EVENT.equals(event.data())) {
                    // Its reader would wait for the end of the connection, which a server may put off for ever.
                    reader.onClose();
                }
            } catch (RuntimeException e) {
                onError(e);
            }
        }

        @Override
        public void onError(Throwable cause) {
            fail(unreadable(described, cause));
        }

        @Override
        public void onClose() {
            try {
                reader.onClose();
            } catch (RuntimeException e) {
                onError(e);
            }
            fail(new LlmFault("llm_incomplete", described + " ended its answer before it was complete", true));
        }
    }

    static LlmFault unreadable(String described, Throwable cause) {
        return new LlmFault(
                "llm_invalid_answer",
                described + " answered with what is not of its protocol",
                true,
                Optional.empty(),
                cause);
    }
}
