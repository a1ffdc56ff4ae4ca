package io.ticktock.launcher.simulation;

import io.ticktock.bus.Address;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.AbortCommand;
import io.ticktock.proto.v1.Answer;
import io.ticktock.proto.v1.HumanTask;
import io.ticktock.proto.v1.ListHumanTasksRequest;
import io.ticktock.proto.v1.PauseCommand;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.ResumeCommand;
import io.ticktock.proto.v1.SendSignalRequest;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.ticktock.sdk.Json;
import io.ticktock.testkit.simulation.SimulatedProcess;
import io.ticktock.testkit.simulation.Simulation;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** Starts lifetimes, answers what they ask, pauses, resumes and aborts some, and keeps a journal of what it was told. */
final class SimulatedClient {

    private static final long RETRY_MS = 300;
    private static final long LOOK_MS = 2_000;
    private static final List<String> TENANTS = List.of("acme", "blue", "crowd");

    private final Simulation simulation;
    private final SimulatedProcess process;
    private final Bus bus;
    private final Duration window;
    private final List<Asked> asked = new ArrayList<>();
    private final Set<String> open = new LinkedHashSet<>();

    /** What a client knows of something that it asked for. */
    enum Outcome {
        UNKNOWN,
        OK,
        REFUSED
    }

    /** One lifetime of the client's, and what it was told of it. */
    static final class Asked {
        final String tenantId;
        final String lifetimeId;
        final String graph;
        final Map<String, Object> input;
        Outcome started = Outcome.UNKNOWN;
        Outcome aborted;
        boolean isPaused;

        Asked(String tenantId, String lifetimeId, String graph, Map<String, Object> input) {
            this.tenantId = tenantId;
            this.lifetimeId = lifetimeId;
            this.graph = graph;
            this.input = input;
        }
    }

    SimulatedClient(Simulation simulation, Duration window) {
        this.simulation = simulation;
        this.window = window;
        this.process = simulation.start("client");
        this.bus = new Bus(process.vertx(), process.eventBus(), process.nanoTime());
    }

    void start() {
        var random = simulation.random();
        int lifetimes = 4 + random.nextInt(10);
        for (int i = 0; i < lifetimes; i++) {
            plan(
                    i,
                    TENANTS.get(random.nextInt(TENANTS.size())),
                    Duration.ofNanos(simulation.between(Duration.ZERO, window)));
        }
        if (random.nextInt(6) == 0) {
            Duration at = Duration.ofNanos(simulation.between(Duration.ZERO, window));
            for (int i = 0; i < 30; i++) {
                plan(lifetimes + i, TENANTS.get(2), at);
            }
        }
        process.run(() -> TENANTS.forEach(this::look));
    }

    List<Asked> asked() {
        return asked;
    }

    /** Whether it waits for nothing any more. */
    boolean isDone() {
        return open.isEmpty();
    }

    /** What it waits for. */
    Set<String> open() {
        return open;
    }

    private void plan(int number, String tenantId, Duration at) {
        var random = simulation.random();
        Map<String, Object> input = new TreeMap<>(Map.of(
                "number",
                number,
                "failures",
                random.nextInt(3),
                "rounds",
                1 + random.nextInt(4),
                "branches",
                1 + random.nextInt(5),
                "pause",
                (100 + random.nextInt(4_000)) + "ms"));
        String graph = List.of("line", "rounds", "fan", "meeting").get(random.nextInt(4));
        Asked lifetime = new Asked(tenantId, id(number), graph, input);
        asked.add(lifetime);
        open.add("start " + lifetime.lifetimeId);
        after(at, () -> begin(lifetime));
        if (random.nextInt(4) == 0) {
            after(at.plusMillis(random.nextInt(3_000)), () -> pause(lifetime));
        }
        if (random.nextInt(8) == 0) {
            after(at.plusMillis(random.nextInt(5_000)), () -> abort(lifetime));
        }
    }

    private String id(int number) {
        long high = (1_893_456_000_000L + number) << 16 | 0x7000L;
        return new UUID(high, 0x8000_0000_0000_0000L | simulation.random().nextLong() >>> 2).toString();
    }

    private void after(Duration time, Runnable action) {
        simulation.after(time.toNanos(), () -> process.run(action));
    }

    private void begin(Asked lifetime) {
        StartLifetimeRequest request = StartLifetimeRequest.newBuilder()
                .setTenantId(lifetime.tenantId)
                .setLifetimeId(lifetime.lifetimeId)
                .setGraphName(lifetime.graph)
                .setGraphVersion("1.0.0")
                .setInput(Payload.newBuilder().setInline(Json.write(lifetime.input)))
                .build();
        insist(Addresses.CONTROL_START.at(Shard.of(lifetime.lifetimeId)), request)
                .onComplete(started -> {
                    lifetime.started = started.succeeded() ? Outcome.OK : Outcome.REFUSED;
                    open.remove("start " + lifetime.lifetimeId);
                    simulation.note("client", "started", lifetime.lifetimeId + " " + lifetime.started, 0);
                });
    }

    private void pause(Asked lifetime) {
        Signal.Builder signal =
                signal(lifetime, "pause").setPause(PauseCommand.newBuilder().setReason("a break"));
        open.add("pause " + lifetime.lifetimeId);
        lifetime.isPaused = true;
        signal(signal.build())
                .onComplete(done ->
                        after(Duration.ofMillis(500 + simulation.random().nextInt(5_000)), () -> {
                            Signal.Builder resume = signal(lifetime, "resume")
                                    .setResume(ResumeCommand.newBuilder().setReason("enough of it"));
                            signal(resume.build()).onComplete(resumed -> {
                                lifetime.isPaused = false;
                                open.remove("pause " + lifetime.lifetimeId);
                            });
                        }));
    }

    private void abort(Asked lifetime) {
        Signal.Builder signal =
                signal(lifetime, "abort").setAbort(AbortCommand.newBuilder().setReason("enough"));
        open.add("abort " + lifetime.lifetimeId);
        lifetime.aborted = Outcome.UNKNOWN;
        signal(signal.build()).onComplete(done -> {
            lifetime.aborted = done.succeeded() ? Outcome.OK : Outcome.REFUSED;
            open.remove("abort " + lifetime.lifetimeId);
            simulation.note("client", "aborted", lifetime.lifetimeId + " " + lifetime.aborted, 0);
        });
    }

    private static Signal.Builder signal(Asked lifetime, String what) {
        return Signal.newBuilder()
                .setSignalId(what + " " + lifetime.lifetimeId)
                .setTenantId(lifetime.tenantId)
                .setLifetimeId(lifetime.lifetimeId);
    }

    /** One way or the other: to who drives it, or to be found. */
    private Future<?> signal(Signal signal) {
        return simulation.random().nextBoolean()
                ? insist(
                        Addresses.CONTROL_SIGNAL.at(Shard.of(signal.getLifetimeId())),
                        SignalLifetimeRequest.newBuilder().setSignal(signal).build())
                : insist(
                        Addresses.STATE_SEND_SIGNAL,
                        SendSignalRequest.newBuilder().setSignal(signal).build());
    }

    /** Asks until there is an answer that asking again does not change. */
    private <Q extends com.google.protobuf.Message, R extends com.google.protobuf.Message> Future<R> insist(
            Address<Q, R> address, Q request) {
        return bus.request(address, request)
                .recover(cause -> Failure.of(cause).code().retryable()
                        ? process.vertx().timer(RETRY_MS).compose(over -> insist(address, request))
                        : Future.failedFuture(cause));
    }

    private void look(String tenantId) {
        bus.request(
                        Addresses.STATE_LIST_HUMAN_TASKS,
                        ListHumanTasksRequest.newBuilder().setTenantId(tenantId).build())
                .onSuccess(page -> page.getHumanTasksList().forEach(this::answer))
                .onComplete(done -> process.vertx().setTimer(LOOK_MS, id -> look(tenantId)));
    }

    private void answer(HumanTask question) {
        Signal signal = Signal.newBuilder()
                .setSignalId("answer to " + question.getExecId())
                .setTenantId(question.getTenantId())
                .setLifetimeId(question.getLifetimeId())
                .setAnswer(Answer.newBuilder()
                        .setExecId(question.getExecId())
                        .setPayload(Payload.newBuilder().setInline(Json.write(Map.of("answer", 2)))))
                .build();
        signal(signal).onFailure(cause -> {
            if (!Failure.is(cause, FailureCode.FAILED_PRECONDITION)) {
                simulation.note("client", "unanswered", question.getExecId(), 0);
            }
        });
    }
}
