package io.ticktock.executor;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.executor.secret.SecretStore;
import io.ticktock.executor.secret.SecretsConfiguration;
import io.ticktock.executor.type.BuiltInTypes;
import io.ticktock.sdk.running.HandlerThreads;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;

/** Serves the evaluation of Plans alone: for who wants to see what they choose where nothing is to run. */
public final class EvaluationVerticle extends VerticleBase {

    /** Soon given up, since somebody waits for the answer. */
    static final int MOST_FAILURES = 3;

    private static final int MOST_WAITING = 1_000;

    private final Bus bus;
    private final ExecutorConfiguration configuration;
    private final HandlerThreads threads;

    public EvaluationVerticle(Bus bus, ExecutorConfiguration configuration) {
        this.bus = bus;
        this.configuration = configuration;
        this.threads = new HandlerThreads(configuration.workerThreads(), MOST_WAITING);
    }

    @Override
    public Future<?> start() {
        Repeater repeater = new Repeater(vertx, MOST_FAILURES);
        BlobClient client = new BlobClient(bus, repeater);
        InputResolver inputs = new InputResolver(
                new Records(bus, configuration.cacheBytes() / 2, configuration.maxInputBytes()),
                new BlobValues(client, configuration.cacheBytes() / 2),
                client,
                repeater,
                new ByteBudget(configuration.inputMemoryBytes()),
                configuration.maxInputBytes());
        HandlerTypes types = new HandlerTypes(List.of(), BuiltInTypes.plans(configuration.maxFanOut()));
        PlanDecider decider = new PlanDecider(
                types,
                new AttemptSecrets(vertx, new SecretStore(SecretsConfiguration.NONE)),
                inputs,
                new ChoiceCheck(configuration.maxFanOut()));
        return bus.serve(Addresses.EXECUTOR_EVALUATE_PLANS, new PlanEvaluator(vertx, decider, threads)::evaluate);
    }

    @Override
    public Future<?> stop() {
        threads.close();
        return Future.succeededFuture();
    }
}
