package io.ticktock.mcp;

import io.modelcontextprotocol.client.McpAsyncClient;
import io.modelcontextprotocol.spec.McpError;
import io.ticktock.sdk.HandlerFailure;
import io.ticktock.sdk.running.Secrets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** A server of the configuration: reached when it is first needed, and again, ever more slowly, when it is lost. */
final class ServerLink {

    private static final Logger LOG = LoggerFactory.getLogger(ServerLink.class);
    private static final long FIRST_PAUSE_MS = 500;
    private static final long LONGEST_PAUSE_MS = 30_000;
    private static final int MOST_DOUBLINGS = 10;

    /** A pause that is shorter is waited for; a longer one fails the attempt, which then comes back after it. */
    private static final long LONGEST_WAIT_MS = 2_000;

    private static final int INVALID_PARAMS = -32602;
    private static final int METHOD_NOT_FOUND = -32601;

    private final ServerConfiguration configuration;
    private final Scheduler scheduler;
    private final Function<Set<String>, Secrets> secretsOf;
    private final Places places;
    private CompletableFuture<Connection> current;
    /** Over these come the last answers to what was asked before another one took their place. */
    private final Set<Connection> retired = new HashSet<>();

    private int failures;
    private long notBeforeNanos;
    private boolean closed;

    /** @param secretsOf finds secrets by their names; may block */
    ServerLink(ServerConfiguration configuration, Scheduler scheduler, Function<Set<String>, Secrets> secretsOf) {
        this.configuration = configuration;
        this.scheduler = scheduler;
        this.secretsOf = secretsOf;
        this.places = new Places(configuration);
    }

    ServerConfiguration configuration() {
        return configuration;
    }

    /**
     * Asks the server something.
     *
     * @param tenantId on whose behalf
     * @param read makes what is wanted of the answer, on a thread that may take a while
     * @param onCancel is told what to do when the answer is wanted no more
     * @return fails with {@link McpFailure}
     */
    <A, T> CompletableFuture<T> ask(
            String tenantId,
            Function<McpAsyncClient, Mono<A>> request,
            BiFunction<A, Secrets, T> read,
            Consumer<Runnable> onCancel) {
        if (!places.take(tenantId)) {
            return CompletableFuture.failedFuture(McpFailure.passing(
                    "mcp_overloaded",
                    "the server " + configuration.name() + " has as many requests at once already as it may have"));
        }
        return trusted(true)
                .thenCompose(connection -> ask(connection, request, read, onCancel))
                .whenComplete((answer, failure) -> places.giveBack(tenantId));
    }

    private <A, T> CompletableFuture<T> ask(
            Connection connection,
            Function<McpAsyncClient, Mono<A>> request,
            BiFunction<A, Secrets, T> read,
            Consumer<Runnable> onCancel) {
        ServerCall call = new ServerCall();
        onCancel.accept(() -> connection.abandon(call, "the attempt was cancelled"));
        return connection
                .ask(call, request)
                .publishOn(scheduler)
                .map(answer -> read.apply(answer, connection.secrets()))
                .subscribeOn(scheduler)
                .doOnNext(answer -> worked())
                .onErrorMap(failure -> failure(connection, call, Exceptions.unwrap(failure)))
                .toFuture();
    }

    /** A connection to a server that answers; another one when that of before does not. */
    private CompletableFuture<Connection> trusted(boolean again) {
        CompletableFuture<Connection> connection = connection();
        return connection.thenCompose(this::sure).exceptionallyCompose(failure -> {
            boolean wasOpen = connection.isDone() && !connection.isCompletedExceptionally();
            return again && wasOpen ? trusted(false) : CompletableFuture.failedFuture(failure);
        });
    }

    private CompletableFuture<Connection> sure(Connection open) {
        if (open.isBroken()) {
            // It may have ended before it was the current one.
            ended(open);
            return CompletableFuture.failedFuture(open.gone());
        }
        if (open.isWorn() && retire(open)) {
            return connection().thenCompose(this::sure);
        }
        return open.trusted().thenApply(sure -> open);
    }

    /** Whether it was the current one until now. It ends once all that it was asked has had its time. */
    private synchronized boolean retire(Connection worn) {
        if (!isCurrent(worn)) {
            return false;
        }
        current = null;
        retired.add(worn);
        scheduler.schedule(() -> end(worn), configuration.callTimeout().toMillis(), TimeUnit.MILLISECONDS);
        return true;
    }

    private void end(Connection worn) {
        worn.end();
        synchronized (this) {
            retired.remove(worn);
        }
    }

    private boolean isCurrent(Connection connection) {
        return current != null
                && current.isDone()
                && !current.isCompletedExceptionally()
                && current.join() == connection;
    }

    private synchronized CompletableFuture<Connection> connection() {
        if (closed) {
            return CompletableFuture.failedFuture(
                    McpFailure.passing("mcp_server_down", "the server " + configuration.name() + " is being stopped"));
        }
        if (current != null) {
            return current;
        }
        long pauseMs = Math.max(0, (notBeforeNanos - System.nanoTime()) / 1_000_000);
        if (failures > 0 && pauseMs > LONGEST_WAIT_MS) {
            return CompletableFuture.failedFuture(McpFailure.passing(
                    "mcp_server_down",
                    "the server " + configuration.name() + " has failed " + failures + " times, and is left alone for "
                            + pauseMs + " ms",
                    Duration.ofMillis(pauseMs)));
        }
        current = open(failures > 0 ? pauseMs : 0);
        return current;
    }

    private CompletableFuture<Connection> open(long pauseMs) {
        return Mono.delay(Duration.ofMillis(pauseMs), scheduler)
                .flatMap(now -> Connection.open(configuration, scheduler, secrets(), this::ended))
                .onErrorMap(this::notOpened)
                .doOnError(failure -> notOpen())
                .toFuture();
    }

    private Secrets secrets() {
        Set<String> names = configuration.address().secrets();
        return names.isEmpty() ? Secrets.NONE : secretsOf.apply(names);
    }

    private Throwable notOpened(Throwable failure) {
        Throwable cause = Exceptions.unwrap(failure);
        if (cause instanceof McpFailure) {
            return cause;
        }
        if (cause instanceof HandlerFailure missing) {
            LOG.error("the server {} cannot be reached: {}", configuration.name(), missing.getMessage());
        } else {
            LOG.error("the server {} cannot be reached", configuration.name(), cause);
        }
        return McpFailure.passing("mcp_server_down", "the server " + configuration.name() + " cannot be reached");
    }

    private synchronized void notOpen() {
        current = null;
        failed();
    }

    private synchronized void ended(Connection connection) {
        if (isCurrent(connection)) {
            current = null;
            failed();
        }
    }

    /** The first time it is reached again at once, since one request may have been its end. */
    private void failed() {
        failures++;
        long pauseMs = failures == 1
                ? 0
                : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << Math.min(MOST_DOUBLINGS, failures - 2));
        notBeforeNanos = System.nanoTime() + Duration.ofMillis(pauseMs).toNanos();
    }

    private synchronized void worked() {
        failures = 0;
    }

    private McpFailure failure(Connection connection, ServerCall call, Throwable failure) {
        if (failure instanceof McpFailure known) {
            return known;
        }
        String name = configuration.name();
        if (failure instanceof CancellationException) {
            return McpFailure.passing("mcp_cancelled", "the request to the server " + name + " is wanted no more");
        }
        if (failure instanceof TimeoutException) {
            connection.abandon(call, "the answer took too long");
            return McpFailure.passing(
                    "mcp_timeout",
                    "the server " + name + " did not answer within "
                            + configuration.callTimeout().toMillis() + " ms");
        }
        if (failure instanceof McpError error && error.getJsonRpcError() != null) {
            return refused(connection, error);
        }
        if (failure instanceof RejectedExecutionException) {
            return McpFailure.passing("mcp_overloaded", "too many requests to servers wait");
        }
        if (failure instanceof IllegalArgumentException) {
            return McpFailure.passing("mcp_invalid_answer", "the server " + name + " answered with what is no answer");
        }
        connection.doubt();
        LOG.warn(
                "a request to the server {} failed: {}",
                name,
                connection.secrets().redacted(failure.toString()));
        return McpFailure.passing("mcp_unreachable", "the request to the server " + name + " got no answer");
    }

    private McpFailure refused(Connection connection, McpError error) {
        String name = configuration.name();
        String text = Answers.shortened(connection
                .secrets()
                .redacted(String.valueOf(error.getJsonRpcError().message())));
        int code = error.getJsonRpcError().code() == null
                ? 0
                : error.getJsonRpcError().code();
        return switch (code) {
            case TrackedTransport.SERVER_GONE -> connection.gone();
            case TrackedTransport.ANSWER_TOO_LARGE ->
                McpFailure.lasting("mcp_answer_too_large", "the server " + name + " sent " + text);
            case INVALID_PARAMS, METHOD_NOT_FOUND ->
                McpFailure.lasting("mcp_refused", "the server " + name + " refused the request: " + text);
            default ->
                McpFailure.passing("mcp_error", "the server " + name + " answered with error " + code + ": " + text);
        };
    }

    /** Asks a server that is connected for a sign of life, unless it is at work: then its answer is the sign. */
    void ping() {
        if (!places.areFree()) {
            return;
        }
        CompletableFuture<Connection> connection;
        synchronized (this) {
            connection = current;
        }
        if (connection != null && connection.isDone() && !connection.isCompletedExceptionally()) {
            connection.join().doubt();
        }
    }

    /** Ends the connection and whatever runs for it. May block for a few seconds. */
    void close() {
        CompletableFuture<Connection> last;
        List<Connection> earlier;
        synchronized (this) {
            closed = true;
            last = current;
            current = null;
            earlier = List.copyOf(retired);
        }
        earlier.forEach(Connection::end);
        if (last == null) {
            return;
        }
        last.cancel(false);
        try {
            if (!last.isCompletedExceptionally()) {
                last.join().end();
            }
        } catch (CompletionException e) {
            LOG.debug("the server {} had not been reached", configuration.name(), e);
        }
    }
}
