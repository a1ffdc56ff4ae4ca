package io.ticktock.executor;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.outside.HostResolver;
import io.ticktock.executor.http.HttpSender;
import io.ticktock.executor.secret.SecretStore;
import io.ticktock.executor.type.BuiltInTypes;
import io.ticktock.proto.v1.CancelExecutions;
import io.ticktock.proto.v1.DispatchResponse;
import io.ticktock.proto.v1.EndedLifetimes;
import io.ticktock.proto.v1.EvaluatePlansRequest;
import io.ticktock.proto.v1.EvaluatePlansResponse;
import io.ticktock.proto.v1.ExamineTasksRequest;
import io.ticktock.proto.v1.ExamineTasksResponse;
import io.ticktock.proto.v1.HeldExecutionsRequest;
import io.ticktock.proto.v1.HeldExecutionsResponse;
import io.ticktock.proto.v1.PlanInput;
import io.ticktock.proto.v1.TaskInput;
import io.ticktock.sdk.PlanType;
import io.ticktock.sdk.TaskType;
import io.ticktock.sdk.running.HandlerThreads;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.Closeable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/**
 * One process's executor. Its verticles, one per event loop that is to take part, share what it has in hand and what it
 * remembers.
 */
public final class Executor {

    private final String id;
    private final Records records;
    private final HeldAttempts held;
    private final Vertx vertx;
    private final HandlerThreads threads;
    private final List<Closeable> resources;
    private final HttpSender http;
    private final AttemptRunner runner;
    private final TaskExecutor tasks;
    private final PlanExecutor plans;
    private final PlanEvaluator evaluator;
    private final TaskExaminer examiner;
    private final RemoteTasks remote;
    /** Null until it is asked to. */
    private Future<Void> drained;

    /**
     * With the built-in types and those that authors have put on the class path.
     *
     * @param executorId names this process in the records
     * @param takesWorkers whether workers outside can come for Tasks of types that have no handler here
     * @param meters where it counts what it does
     */
    public Executor(
            Vertx vertx,
            Bus bus,
            ExecutorConfiguration configuration,
            String executorId,
            boolean takesWorkers,
            MeterRegistry meters) {
        this(vertx, bus, configuration, executorId, takesWorkers, AddedTypes.NONE, meters);
    }

    /**
     * With the types of other modules besides.
     *
     * @param added end with it
     */
    public Executor(
            Vertx vertx,
            Bus bus,
            ExecutorConfiguration configuration,
            String executorId,
            boolean takesWorkers,
            AddedTypes added,
            MeterRegistry meters) {
        this(
                vertx,
                bus,
                configuration,
                executorId,
                takesWorkers,
                HostResolver.system(vertx),
                InstantSource.system(),
                System::nanoTime,
                Repeater::drawBelow,
                threads(configuration),
                added,
                List.of(),
                List.of(),
                meters);
    }

    /**
     * For rehearsals: with types of its own besides, which take the place of those on the class path, and by a clock that
     * may be moved.
     */
    public Executor(
            Vertx vertx,
            Bus bus,
            String executorId,
            InstantSource clock,
            List<TaskType> ownTasks,
            List<PlanType> ownPlans) {
        this(
                vertx,
                bus,
                ExecutorConfiguration.DEFAULT,
                executorId,
                false,
                HostResolver.system(vertx),
                clock,
                ownTasks,
                ownPlans,
                new SimpleMeterRegistry());
    }

    /**
     * For simulations: with types of its own, and in a time of its own.
     *
     * @param nanoTime the monotonic clock
     * @param lots give a number from 0 to below the one that they get, by chance
     * @param threads run what may block
     */
    public Executor(
            Vertx vertx,
            Bus bus,
            String executorId,
            InstantSource clock,
            LongSupplier nanoTime,
            LongUnaryOperator lots,
            ExecutorService threads,
            List<TaskType> ownTasks) {
        this(
                vertx,
                bus,
                ExecutorConfiguration.DEFAULT,
                executorId,
                false,
                HostResolver.system(vertx),
                clock,
                nanoTime,
                lots,
                new HandlerThreads(threads),
                AddedTypes.NONE,
                ownTasks,
                List.of(),
                new SimpleMeterRegistry());
    }

    Executor(
            Vertx vertx,
            Bus bus,
            ExecutorConfiguration configuration,
            String executorId,
            boolean takesWorkers,
            HostResolver hosts,
            InstantSource clock,
            List<TaskType> ownTasks,
            List<PlanType> ownPlans,
            MeterRegistry registry) {
        this(
                vertx,
                bus,
                configuration,
                executorId,
                takesWorkers,
                hosts,
                clock,
                System::nanoTime,
                Repeater::drawBelow,
                threads(configuration),
                AddedTypes.NONE,
                ownTasks,
                ownPlans,
                registry);
    }

    private Executor(
            Vertx vertx,
            Bus bus,
            ExecutorConfiguration configuration,
            String executorId,
            boolean takesWorkers,
            HostResolver hosts,
            InstantSource clock,
            LongSupplier nanoTime,
            LongUnaryOperator lots,
            HandlerThreads threads,
            AddedTypes added,
            List<TaskType> ownTasks,
            List<PlanType> ownPlans,
            MeterRegistry registry) {
        ExecutorMeters meters = new ExecutorMeters(registry);
        int maxInputBytes = configuration.maxInputBytes();
        Repeater repeater = new Repeater(vertx, Integer.MAX_VALUE, lots);
        BlobClient client = new BlobClient(bus, repeater);
        BlobValues blobs = new BlobValues(client, configuration.cacheBytes() / 2);
        this.records = new Records(bus, configuration.cacheBytes() / 2, maxInputBytes);
        PayloadReader payloads = new PayloadReader(blobs, repeater, maxInputBytes);
        LifetimeOutputs outputs = new LifetimeOutputs(bus, repeater, payloads);
        this.http = new HttpSender(vertx, configuration.http(), hosts);
        BuiltInTypes builtIn = builtIn(http, payloads, outputs, configuration.maxFanOut());
        HandlerTypes types = HandlerTypes.withAuthors(
                AddedTypes.joined(builtIn.tasks(), added.tasks()),
                AddedTypes.joined(builtIn.plans(), added.plans()),
                ownTasks,
                ownPlans);
        GraphCatalog graphs = new GraphCatalog(vertx, bus, repeater);
        AttemptSecrets secrets = new AttemptSecrets(vertx, new SecretStore(configuration.secrets()));
        ByteBudget memory = new ByteBudget(configuration.inputMemoryBytes());
        InputResolver inputs = new InputResolver(records, blobs, client, repeater, memory, maxInputBytes);
        ResultStore results = new ResultStore(client, blobs, repeater, configuration.inlineLimitBytes());
        Recorder recorder = new Recorder(bus, repeater, records);
        this.id = executorId;
        this.held = new HeldAttempts(configuration.maxRunning(), configuration.maxQueued(), meters, nanoTime);
        meters.watch(held);
        this.threads = threads;
        this.vertx = vertx;
        this.resources = added.resources();
        this.examiner = new TaskExaminer(vertx, added.examinations());
        this.runner = new AttemptRunner(
                vertx,
                held,
                threads,
                records,
                configuration.handlerTimeout(),
                executorId,
                meters,
                bus.tracing(),
                () -> new AttemptTimes(clock, nanoTime),
                deltas(vertx, bus, nanoTime));
        this.remote = new RemoteTasks(bus, executorId, configuration.maxRemote(), clock.instant(), nanoTime);
        this.tasks = new TaskExecutor(
                graphs,
                types,
                takesWorkers ? task -> new RemoteHandler(remote, held, results, task) : HandlerTypes::noHandler,
                secrets,
                inputs,
                results,
                new WaitingReporter(bus, repeater, results),
                recorder);
        ChoiceCheck choices = new ChoiceCheck(configuration.maxFanOut());
        this.plans = new PlanExecutor(graphs, new PlanDecider(types, secrets, inputs, choices), results, recorder);
        Repeater briefly = new Repeater(vertx, EvaluationVerticle.MOST_FAILURES, lots);
        this.evaluator = new PlanEvaluator(
                vertx,
                new PlanDecider(
                        new HandlerTypes(List.of(), builtIn.plans()),
                        secrets,
                        new InputResolver(records, blobs, client, briefly, memory, maxInputBytes),
                        choices),
                threads);
    }

    private static BuiltInTypes builtIn(
            HttpSender http, PayloadReader payloads, LifetimeOutputs outputs, int maxFanOut) {
        return BuiltInTypes.of(
                http,
                (tenantId, payload) -> payloads.read(tenantId, List.of(payload))
                        .map(values -> values.get(0))
                        .toCompletionStage(),
                (tenantId, reference) -> outputs.output(tenantId, reference).toCompletionStage(),
                maxFanOut);
    }

    private static Deltas deltas(Vertx vertx, Bus bus, LongSupplier nanoTime) {
        return new Deltas(
                vertx, delta -> bus.publish(Addresses.EXECUTOR_DELTA.at(delta.getLifetimeId()), delta), nanoTime);
    }

    private static HandlerThreads threads(ExecutorConfiguration configuration) {
        return new HandlerThreads(
                configuration.workerThreads(), configuration.maxRunning() + configuration.maxQueued());
    }

    /** Takes an attempt of a Task in hand; fails with OVERLOADED when there is no room for it. */
    Future<DispatchResponse> runTask(TaskInput input) {
        return runner.dispatch(input.getHeaders(), input.getWaits(), input, tasks);
    }

    /** Takes an attempt of a Plan in hand; fails with OVERLOADED when there is no room for it. */
    Future<DispatchResponse> runPlan(PlanInput input) {
        return runner.dispatch(input.getHeaders(), 0, input, plans);
    }

    /** What Plans of built-in types would choose; nothing of it is recorded. */
    Future<EvaluatePlansResponse> evaluatePlans(EvaluatePlansRequest request) {
        return evaluator.evaluate(request);
    }

    /** Whether the Tasks of a graph ask for what is there. */
    Future<ExamineTasksResponse> examineTasks(ExamineTasksRequest request) {
        return examiner.examine(request);
    }

    /** Which of these attempts are in hand. */
    Future<HeldExecutionsResponse> held(HeldExecutionsRequest request) {
        return Future.succeededFuture(HeldExecutionsResponse.newBuilder()
                .addAllExecIds(held.heldOf(request.getExecIdsList()))
                .build());
    }

    void cancel(CancelExecutions request) {
        held.cancel(request);
    }

    void forget(EndedLifetimes ended) {
        records.forget(ended);
    }

    /** Names this process: whoever gave it an attempt for a worker asks it by this. */
    String id() {
        return id;
    }

    /** The attempts for workers outside. */
    RemoteTasks remote() {
        return remote;
    }

    /** For rehearsals: as if this much time had passed for what runs now. */
    public void age(Duration time) {
        held.age(time);
    }

    /** Ends attempts whose timeout or heartbeat's timeout has passed. */
    void stopOverdue() {
        held.stopOverdue();
        remote.tick();
    }

    /**
     * Refuses new attempts, lets those in hand go on for so long, and then leaves them: without a record, they are
     * dispatched again, elsewhere or later. What workers outside have, they keep. Each of its verticles may ask for it.
     */
    public synchronized Future<Void> drain(Duration patience) {
        if (drained == null) {
            drained = drainOnce(patience);
        }
        return drained;
    }

    private Future<Void> drainOnce(Duration patience) {
        remote.letGo();
        return held.drain().timeout(patience.toMillis(), TimeUnit.MILLISECONDS).transform(drained -> {
            held.abandonAll();
            threads.close();
            return http.close().eventually(this::closeAdded);
        });
    }

    private Future<Void> closeAdded() {
        if (resources.isEmpty()) {
            return Future.succeededFuture();
        }
        return vertx.executeBlocking(() -> {
            for (Closeable resource : resources) {
                resource.close();
            }
            return null;
        });
    }
}
