package io.ticktock.guardrail;

import io.micrometer.core.instrument.MeterRegistry;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.guardrail.budget.BudgetLedger;
import io.ticktock.guardrail.policy.PolicyFaults;
import io.ticktock.guardrail.policy.PolicySet;
import io.ticktock.proto.v1.CheckResponse;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves verdicts and admissions on the bus, and puts policies in force whenever their files change. */
public final class GuardrailVerticle extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(GuardrailVerticle.class);

    private static final long REFRESH_BUDGETS_MS = 1_000;

    private final Bus bus;
    /** Of this guardrail's slices of budgets. */
    private final String sliceId;

    private final BudgetLedger ledger;
    private final GuardrailMeters meters;
    private final ContentReader results;
    private final GuardrailEngine engine;
    private final GuardrailConfiguration configuration;
    private final PolicyArchive archive;
    private final Optional<PolicyFiles> files;
    /** What was read last and is not in force yet, else null. */
    private PolicySet changed;

    private String lastRefusal = "";

    /** @param meters where it counts what it does */
    public GuardrailVerticle(Bus bus, GuardrailConfiguration configuration, MeterRegistry meters) {
        this(bus, configuration, UUID.randomUUID().toString(), System::nanoTime, meters);
    }

    /**
     * For simulations.
     *
     * @param sliceId of its slices of budgets, unlike that of any other guardrail
     * @param nanoTime what it measures time by
     */
    public GuardrailVerticle(
            Bus bus,
            GuardrailConfiguration configuration,
            String sliceId,
            LongSupplier nanoTime,
            MeterRegistry meters) {
        this.bus = bus;
        this.sliceId = sliceId;
        this.meters = new GuardrailMeters(meters);
        this.ledger = new BudgetLedger(bus, sliceId, nanoTime);
        this.results = new ContentReader(bus, configuration.maxContentBytes());
        this.engine = new GuardrailEngine(
                request -> bus.request(Addresses.STATE_GET_USAGE, request),
                configuration.usageRefresh(),
                results::read,
                ledger,
                nanoTime);
        this.configuration = configuration;
        this.archive = new PolicyArchive(bus);
        this.files = configuration.policies().map(PolicyFiles::new);
    }

    /** Fails with {@link PolicyFaults} when the policies are faulty, with a Failure when they cannot be kept. */
    @Override
    public Future<?> start() {
        return files.isPresent() ? load(files.get()).compose(loaded -> serve()) : serve();
    }

    private Future<?> serve() {
        files.ifPresent(this::lookAgainLater);
        refreshBudgetsLater();
        return Future.all(List.of(
                bus.subscribe(Addresses.GUARDRAIL_SLICE_CHARGED.at(sliceId), ledger::charged),
                bus.serve(
                        Addresses.GUARDRAIL_CHECK,
                        request -> Future.succeededFuture(
                                CheckResponse.newBuilder().setReady(true).build())),
                bus.serve(Addresses.GUARDRAIL_VERDICT, request -> meters.verdicts(engine.verdict(request))),
                bus.serve(Addresses.GUARDRAIL_ADMIT, request -> meters.admissions(engine.admit(request))),
                bus.serve(
                        Addresses.GUARDRAIL_LIST_POLICIES,
                        new PolicyList(
                                        vertx,
                                        engine::policies,
                                        request -> bus.request(Addresses.STATE_LIST_GRAPHS, request))::list),
                bus.serve(Addresses.GUARDRAIL_RECOMPUTE, new Recomputation(vertx, archive, results)::recompute)));
    }

    private void refreshBudgetsLater() {
        vertx.setTimer(
                REFRESH_BUDGETS_MS,
                id -> ledger.refresh()
                        .onFailure(cause -> LOG.warn("budgets were not read, trying again: {}", cause.getMessage()))
                        .onComplete(done -> refreshBudgetsLater()));
    }

    private Future<Void> load(PolicyFiles from) {
        return vertx.executeBlocking(from::readIfChanged).compose(read -> {
            read.ifPresent(policies -> changed = policies);
            return changed == null ? Future.succeededFuture() : putInForce(changed);
        });
    }

    /** Not before the set is kept: what nobody could recompute must decide nothing. */
    private Future<Void> putInForce(PolicySet policies) {
        return archive.keep(vertx, policies).map(kept -> {
            use(policies);
            return null;
        });
    }

    private void use(PolicySet policies) {
        engine.use(policies);
        meters.inForce();
        changed = null;
        lastRefusal = "";
        if (policies.isEmpty()) {
            LOG.warn(
                    "no policies are in force: {} has none",
                    configuration.policies().orElseThrow());
        }
        LOG.info("{} policies are in force, digest {}", policies.size(), policies.digest());
    }

    private void lookAgainLater(PolicyFiles from) {
        vertx.setTimer(
                configuration.reloadInterval().toMillis(),
                id -> load(from).onFailure(this::refuse).onComplete(done -> lookAgainLater(from)));
    }

    /** Told once, not at every look. */
    private void refuse(Throwable faults) {
        String refusal = String.valueOf(faults.getMessage());
        if (!refusal.equals(lastRefusal)) {
            lastRefusal = refusal;
            meters.refused();
            LOG.error(
                    "changed policies are not in force, those of digest {} stay so:\n{}",
                    engine.policies().digest(),
                    lastRefusal);
        }
    }
}
