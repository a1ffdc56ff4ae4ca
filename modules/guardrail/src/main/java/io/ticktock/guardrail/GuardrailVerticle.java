package io.ticktock.guardrail;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.guardrail.budget.BudgetLedger;
import io.ticktock.guardrail.policy.PolicyFaults;
import io.ticktock.guardrail.policy.PolicySet;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves verdicts and admissions on the bus, and puts policies in force whenever their files change. */
public final class GuardrailVerticle extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(GuardrailVerticle.class);

    private static final long REFRESH_BUDGETS_MS = 1_000;

    private final Bus bus;
    /** Of this guardrail's slices of budgets. */
    private final String sliceId = UUID.randomUUID().toString();

    private final BudgetLedger ledger;
    private final GuardrailEngine engine;
    private final GuardrailConfiguration configuration;
    private final Optional<PolicyFiles> files;
    private String lastRefusal = "";

    public GuardrailVerticle(Bus bus, GuardrailConfiguration configuration) {
        this.bus = bus;
        this.ledger = new BudgetLedger(bus, sliceId);
        this.engine = new GuardrailEngine(
                request -> bus.request(Addresses.STATE_GET_USAGE, request),
                configuration.usageRefresh(),
                new ContentReader(bus, configuration.maxContentBytes())::read,
                ledger);
        this.configuration = configuration;
        this.files = configuration.policies().map(PolicyFiles::new);
    }

    /** Fails with {@link PolicyFaults} when the policies are faulty. */
    @Override
    public Future<?> start() {
        return files.isPresent() ? load(files.get()).compose(loaded -> serve()) : serve();
    }

    private Future<?> serve() {
        files.ifPresent(this::lookAgainLater);
        refreshBudgetsLater();
        return Future.all(
                bus.subscribe(Addresses.GUARDRAIL_SLICE_CHARGED.at(sliceId), ledger::charged),
                bus.serve(Addresses.GUARDRAIL_VERDICT, engine::verdict),
                bus.serve(Addresses.GUARDRAIL_ADMIT, engine::admit));
    }

    private void refreshBudgetsLater() {
        vertx.setTimer(
                REFRESH_BUDGETS_MS,
                id -> ledger.refresh()
                        .onFailure(cause -> LOG.warn("budgets were not read, trying again: {}", cause.getMessage()))
                        .onComplete(done -> refreshBudgetsLater()));
    }

    private Future<Void> load(PolicyFiles from) {
        return vertx.executeBlocking(from::readIfChanged).map(changed -> {
            changed.ifPresent(this::use);
            return null;
        });
    }

    private void use(PolicySet policies) {
        engine.use(policies);
        lastRefusal = "";
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
            LOG.error(
                    "changed policies are refused, those of digest {} stay in force:\n{}",
                    engine.policies().digest(),
                    lastRefusal);
        }
    }
}
