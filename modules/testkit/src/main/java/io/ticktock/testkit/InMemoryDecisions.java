package io.ticktock.testkit;

import io.ticktock.proto.v1.AppendDecisionRequest;
import io.ticktock.proto.v1.AppendDecisionResponse;
import io.ticktock.proto.v1.CreateLifetimeRequest;
import io.ticktock.proto.v1.CreateLifetimeResponse;
import io.ticktock.proto.v1.LifetimeDecision;
import io.ticktock.state.BlobUris;
import io.ticktock.state.Checks;
import io.ticktock.state.LifetimeIdentity;
import java.util.Optional;

/**
 * What decisions change in an {@link InMemoryStateStore}, of which each takes place as a whole or not at all. Guarded by
 * its store.
 */
final class InMemoryDecisions {

    private final InMemoryShards shards;
    private final InMemoryLifetimes lifetimes;
    private final InMemoryWakeups wakeups;
    private final InMemoryHumanTasks humanTasks;
    private final InMemoryWaitingWork waitingWork;
    private final InMemoryBudgets budgets;
    private final InMemoryStorage storage;
    private final InMemoryStream stream;

    InMemoryDecisions(
            InMemoryShards shards,
            InMemoryLifetimes lifetimes,
            InMemoryWakeups wakeups,
            InMemoryHumanTasks humanTasks,
            InMemoryWaitingWork waitingWork,
            InMemoryBudgets budgets,
            InMemoryStorage storage,
            InMemoryStream stream) {
        this.shards = shards;
        this.lifetimes = lifetimes;
        this.wakeups = wakeups;
        this.humanTasks = humanTasks;
        this.waitingWork = waitingWork;
        this.budgets = budgets;
        this.storage = storage;
        this.stream = stream;
    }

    CreateLifetimeResponse create(CreateLifetimeRequest request) {
        LifetimeDecision decision = request.getDecision();
        LifetimeIdentity lifetime = LifetimeIdentity.of(decision.getTenantId(), decision.getLifetimeId());
        Checks.start(decision);
        Checks.lineage(request.getLineageList());
        shards.require(request.getFence());
        Optional<CreateLifetimeResponse> earlier = lifetimes.earlier(lifetime, request);
        return earlier.orElseGet(() -> begin(lifetime, request));
    }

    private CreateLifetimeResponse begin(LifetimeIdentity lifetime, CreateLifetimeRequest request) {
        budgets.charge(lifetime.tenantId(), request.getDecision().getChargesList());
        storage.refer(lifetime.tenantId(), BlobUris.of(request.getInput()));
        note(lifetime, request.getDecision());
        storage.count(lifetime.tenantId(), request.getSerializedSize());
        return lifetimes.begin(lifetime, request);
    }

    AppendDecisionResponse append(AppendDecisionRequest request) {
        LifetimeDecision decision = request.getDecision();
        LifetimeIdentity lifetime = LifetimeIdentity.of(decision.getTenantId(), decision.getLifetimeId());
        shards.require(request.getFence());
        if (!lifetimes.isLogged(lifetime, decision)) {
            budgets.charge(lifetime.tenantId(), decision.getChargesList());
            apply(lifetime, decision, request.getFence().getEpoch());
        }
        return AppendDecisionResponse.getDefaultInstance();
    }

    private void apply(LifetimeIdentity lifetime, LifetimeDecision decision, long epoch) {
        lifetimes.append(lifetime, decision, epoch);
        note(lifetime, decision);
        storage.count(lifetime.tenantId(), decision.getSerializedSize());
        if (decision.hasHead() && lifetimes.advance(lifetime, decision.getHead())) {
            wakeups.follow(lifetime, decision);
        }
        humanTasks.apply(lifetime, decision, lifetimes.graph(lifetime), lifetimes.log(lifetime)::get);
        waitingWork.apply(lifetime, decision);
        wakeups.exchange(lifetime, decision);
    }

    private void note(LifetimeIdentity lifetime, LifetimeDecision decision) {
        decision.getEventsList().forEach(event -> storage.refer(lifetime.tenantId(), BlobUris.of(event)));
        stream.add(lifetime.tenantId(), lifetime.lifetimeId(), decision.getEventsList());
    }
}
