package io.ticktock.launcher.bench;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProgressListeners;
import io.ticktock.bus.Registration;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.GetLifetimeRequest;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeProgress;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Starts lifetimes, a fixed number of them under way at a time, and notes when each of their executions is accepted.
 *
 * <p>A step is the time from one accepted execution of a lifetime to its next, as the control plane makes them known
 * once they are durable; the first step counts from the request that starts the lifetime. What is made known may be lost on
 * its way, as when all answers are late: of lifetimes that are silent for long, the data plane is asked whether they have
 * ended.
 */
public final class BenchLoad extends VerticleBase {

    /** With no lifetime moving for so long, something is stuck. */
    private static final Duration STUCK = Duration.ofSeconds(60);
    /** Longer than a Task takes: to look costs time that is measured. */
    private static final Duration SILENT = Duration.ofSeconds(30);

    private static final int LOOKS_A_SECOND = 64;

    private static final long RETRY_MS = 100;

    private final Bus bus;
    private final GraphReference graph;
    private final Payload input;
    private final int lifetimes;
    private final int concurrency;
    private final Supplier<UUID> ids;
    private final Function<StartLifetimeRequest, ? extends Future<?>> starts;
    private final Duration silent;

    private final Latencies latencies = new Latencies();
    private final List<String> started = new ArrayList<>();
    /** Those under way; the one that was heard of or looked at longest ago comes first. */
    private final Map<UUID, Run> underWay = new LinkedHashMap<>();

    private final Promise<BenchPhase> done = Promise.promise();
    private int ended;
    private int unheard;
    private ProgressListeners listeners;
    private long startNanos;
    private long lastMoveNanos;

    /**
     * @param concurrency lifetimes under way at a time
     * @param ids names the lifetimes
     * @param starts asks for the start of one
     */
    public BenchLoad(
            Bus bus,
            GraphReference graph,
            Payload input,
            int lifetimes,
            int concurrency,
            Supplier<UUID> ids,
            Function<StartLifetimeRequest, ? extends Future<?>> starts) {
        this(bus, graph, input, lifetimes, concurrency, ids, starts, SILENT);
    }

    /** @param silent without news of a lifetime for so long, it is looked for */
    BenchLoad(
            Bus bus,
            GraphReference graph,
            Payload input,
            int lifetimes,
            int concurrency,
            Supplier<UUID> ids,
            Function<StartLifetimeRequest, ? extends Future<?>> starts,
            Duration silent) {
        this.silent = silent;
        this.ids = ids;
        this.starts = starts;
        this.bus = bus;
        this.graph = graph;
        this.input = input;
        this.lifetimes = lifetimes;
        this.concurrency = concurrency;
    }

    /** Completes when all lifetimes have; fails when one fails, or nothing moves any more. */
    public Future<BenchPhase> done() {
        return done.future();
    }

    @Override
    public Future<?> start() {
        listeners = new ProgressListeners(vertx, bus);
        startNanos = System.nanoTime();
        lastMoveNanos = startNanos;
        vertx.setPeriodic(1_000, timer -> {
            checkMoving();
            lookAtSilent();
        });
        for (int lane = 0; lane < Math.min(concurrency, lifetimes); lane++) {
            startNext();
        }
        return Future.succeededFuture();
    }

    private void startNext() {
        if (started.size() == lifetimes) {
            return;
        }
        UUID id = ids.get();
        started.add(id.toString());
        Run run = new Run(id, System.nanoTime());
        underWay.put(id, run);
        listeners
                .add(id, progress -> moved(run, progress))
                .onSuccess(registration -> run.registration = registration)
                .onComplete(registration -> requestStart(id), done::tryFail);
    }

    /** Until it is taken: the same id starts once, however often it is asked for. */
    private void requestStart(UUID id) {
        starts.apply(request(id)).onFailure(cause -> {
            if (Failure.of(cause).code().retryable() && !done.future().isComplete()) {
                vertx.setTimer(RETRY_MS, timer -> requestStart(id));
            } else {
                done.tryFail(cause);
            }
        });
    }

    private StartLifetimeRequest request(UUID id) {
        return StartLifetimeRequest.newBuilder()
                .setTenantId(graph.getTenantId())
                .setLifetimeId(id.toString())
                .setGraphName(graph.getName())
                .setGraphVersion(graph.getVersion())
                .setInput(input)
                .setActor("bench")
                .build();
    }

    private void moved(Run run, LifetimeProgress progress) {
        long now = System.nanoTime();
        lastMoveNanos = now;
        touch(run, now);
        for (LifetimeEvent event : progress.getEventsList()) {
            if (event.hasAccepted()) {
                latencies.step(now - run.steppedNanos);
                run.steppedNanos = now;
            } else if (event.hasCompleted()) {
                complete(run, now);
            } else if (event.hasFailed()) {
                failed(event.getFailed().getReason());
            } else if (event.hasAborted()) {
                failed(event.getAborted().getReason());
            }
        }
    }

    private void failed(String reason) {
        done.tryFail(new Failure(FailureCode.INTERNAL, "a lifetime of the load failed: " + reason));
    }

    private void touch(Run run, long now) {
        if (underWay.remove(run.id, run)) {
            run.touchedNanos = now;
            underWay.put(run.id, run);
        }
    }

    private void lookAtSilent() {
        long now = System.nanoTime();
        underWay.values().stream()
                .takeWhile(run -> now - run.touchedNanos > silent.toNanos())
                .limit(LOOKS_A_SECOND)
                .toList()
                .forEach(run -> {
                    touch(run, now);
                    look(run);
                });
    }

    /** One that is not found yet, or not shown in time, is looked at again. */
    private void look(Run run) {
        GetLifetimeRequest request = GetLifetimeRequest.newBuilder()
                .setTenantId(graph.getTenantId())
                .setLifetimeId(run.id.toString())
                .build();
        bus.request(Addresses.STATE_GET_LIFETIME, request)
                .onSuccess(found -> seen(run, found.getLifetime()))
                .onFailure(this::unseen);
    }

    private void unseen(Throwable cause) {
        boolean mayCome = Failure.is(cause, FailureCode.NOT_FOUND)
                || Failure.of(cause).code().retryable();
        if (!mayCome) {
            done.tryFail(cause);
        }
    }

    private void seen(Run run, AgentLifetime lifetime) {
        if (!lifetime.hasEndedAt()) {
            return;
        }
        if (lifetime.getStatus() == LifetimeStatus.LIFETIME_STATUS_COMPLETED) {
            long now = System.nanoTime();
            lastMoveNanos = now;
            unheard += underWay.containsKey(run.id) ? 1 : 0;
            complete(run, now);
        } else {
            failed(lifetime.getReason());
        }
    }

    private void complete(Run run, long now) {
        if (!underWay.remove(run.id, run)) {
            return;
        }
        latencies.lifetime(now - run.startedNanos);
        run.registration.end().onFailure(done::tryFail);
        ended++;
        if (ended == lifetimes) {
            done.tryComplete(new BenchPhase(started, latencies, unheard, now - startNanos));
            return;
        }
        startNext();
    }

    private void checkMoving() {
        if (System.nanoTime() - lastMoveNanos > STUCK.toNanos()) {
            done.tryFail(new Failure(
                    FailureCode.UNAVAILABLE,
                    "nothing has moved for " + STUCK.toSeconds() + " s; " + ended + " of " + lifetimes
                            + " lifetimes have ended"));
        }
    }

    /** A lifetime under way. */
    private static final class Run {

        final UUID id;
        final long startedNanos;
        long steppedNanos;
        /** When it was heard of or looked at last. */
        long touchedNanos;

        Registration registration;

        Run(UUID id, long startedNanos) {
            this.id = id;
            this.startedNanos = startedNanos;
            this.steppedNanos = startedNanos;
            this.touchedNanos = startedNanos;
        }
    }
}
