package io.ticktock.launcher.simulation;

import com.google.protobuf.Message;
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
import io.ticktock.testkit.Evidence.Kind;
import io.ticktock.testkit.Evidence.Operation;
import io.ticktock.testkit.Evidence.Outcome;
import io.ticktock.testkit.History;
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
import java.util.function.Function;

/** Starts lifetimes, answers what they ask, pauses, resumes and aborts some, and keeps a journal of what it was told. */
final class SimulatedClient {

    private static final long RETRY_MS = 300;
    private static final long LOOK_MS = 2_000;
    private static final List<String> TENANTS = List.of("acme", "blue", "crowd");

    private final Simulation simulation;
    private final SimulatedProcess process;
    private final Bus bus;
    private final Duration window;
    private final List<Operation> journal = new ArrayList<>();
    private final Set<String> open = new LinkedHashSet<>();

    /** One lifetime of the client's, and what it was told of it. */
    static final class Asked {
        final String tenantId;
        final String lifetimeId;
        final String graph;
        final Map<String, Object> input;

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
        simulation.network().neverRepeat("client");
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

    /** What was asked for, and what came of it. */
    List<Operation> journal() {
        return journal;
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
        open.add(Kind.START + " " + lifetime.lifetimeId);
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
        ask(
                Kind.START,
                lifetime,
                "",
                Outcome.OK,
                tries -> insist(Addresses.CONTROL_START.at(Shard.of(lifetime.lifetimeId)), request, tries));
    }

    private void pause(Asked lifetime) {
        Signal signal = signal(lifetime, "pause")
                .setPause(PauseCommand.newBuilder().setReason("a break"))
                .build();
        open.add("break " + lifetime.lifetimeId);
        steer(Kind.PAUSE, lifetime, "a break", signal)
                .onComplete(done ->
                        after(Duration.ofMillis(500 + simulation.random().nextInt(5_000)), () -> resume(lifetime)));
    }

    private void resume(Asked lifetime) {
        Signal signal = signal(lifetime, "resume")
                .setResume(ResumeCommand.newBuilder().setReason("enough of it"))
                .build();
        steer(Kind.RESUME, lifetime, "enough of it", signal)
                .onComplete(done -> open.remove("break " + lifetime.lifetimeId));
    }

    private void abort(Asked lifetime) {
        Signal signal = signal(lifetime, "abort")
                .setAbort(AbortCommand.newBuilder().setReason("enough"))
                .build();
        steer(Kind.ABORT, lifetime, "enough", signal);
    }

    /** One way or the other: to who drives it, or to be found. */
    private Future<?> steer(Kind kind, Asked lifetime, String reason, Signal signal) {
        boolean isLeft = simulation.random().nextBoolean();
        return ask(kind, lifetime, reason, isLeft ? Outcome.LEFT : Outcome.OK, tries -> send(signal, isLeft, tries));
    }

    private Future<?> send(Signal signal, boolean isLeft, Tries tries) {
        return isLeft
                ? insist(
                        Addresses.STATE_SEND_SIGNAL,
                        SendSignalRequest.newBuilder().setSignal(signal).build(),
                        tries)
                : insist(
                        Addresses.CONTROL_SIGNAL.at(Shard.of(signal.getLifetimeId())),
                        SignalLifetimeRequest.newBuilder().setSignal(signal).build(),
                        tries);
    }

    /** Asks, and writes down how that ended. */
    private Future<?> ask(
            Kind kind, Asked lifetime, String identity, Outcome good, Function<Tries, Future<?>> request) {
        String name = kind + " " + lifetime.lifetimeId;
        open.add(name);
        long begun = simulation.nanos();
        Tries tries = new Tries();
        return request.apply(tries).onComplete(done -> {
            Outcome outcome = done.succeeded() ? good : tries.failed(Failure.of(done.cause()));
            History.Key key = new History.Key(lifetime.tenantId, lifetime.lifetimeId);
            journal.add(new Operation(kind, outcome, key, identity, key, begun, simulation.nanos()));
            open.remove(name);
            simulation.note("client", "is told", name + " " + outcome, 0);
        });
    }

    /** What is refused after a try without an answer may have been done by that. */
    private static final class Tries {
        private boolean isOpen;

        Outcome failed(Failure last) {
            return isOpen || last.code() == FailureCode.INTERNAL ? Outcome.UNKNOWN : Outcome.FAILED;
        }
    }

    private static Signal.Builder signal(Asked lifetime, String what) {
        return Signal.newBuilder()
                .setSignalId(what + " " + lifetime.lifetimeId)
                .setTenantId(lifetime.tenantId)
                .setLifetimeId(lifetime.lifetimeId);
    }

    /** Asks until there is an answer that asking again does not change. */
    private <Q extends Message, R extends Message> Future<R> insist(Address<Q, R> address, Q request, Tries tries) {
        return bus.request(address, request).recover(cause -> {
            FailureCode code = Failure.of(cause).code();
            tries.isOpen |= code == FailureCode.UNAVAILABLE;
            return code.retryable()
                    ? process.vertx().timer(RETRY_MS).compose(over -> insist(address, request, tries))
                    : Future.failedFuture(cause);
        });
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
        send(signal, simulation.random().nextBoolean(), new Tries())
                .onFailure(cause -> simulation.note("client", "unheard", question.getExecId(), 0));
    }
}
