package io.ticktock.state;

import io.micrometer.core.instrument.MeterRegistry;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.proto.v1.CheckRequest;
import io.ticktock.proto.v1.CheckResponse;
import io.ticktock.proto.v1.GetTenantRequest;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.Function;

/** Serves a store on the bus. Opens it at start and closes it at stop. */
public final class StateVerticle extends VerticleBase {

    /** There from the first migration on. */
    private static final String FIRST_TENANT = "default";

    private final Bus bus;
    private final Function<Vertx, Future<? extends StateStore>> opening;
    private StateStore store;

    /** On PostgreSQL. */
    public StateVerticle(Bus bus, StateConfiguration configuration, MeterRegistry meters) {
        this(bus, vertx -> PostgresStateStore.open(vertx, configuration, meters));
    }

    /** On any store. */
    public StateVerticle(Bus bus, Function<Vertx, Future<? extends StateStore>> opening) {
        this.bus = bus;
        this.opening = opening;
    }

    @Override
    public Future<?> start() {
        return opening.apply(vertx).compose(this::serve);
    }

    @Override
    public Future<?> stop() {
        return store == null ? Future.succeededFuture() : store.close();
    }

    private Future<?> serve(StateStore opened) {
        store = opened;
        ExecutionPublisher executions = new ExecutionPublisher(store, new ReferencePublisher(bus), bus.tracing());
        return Future.all(List.of(
                bus.serve(Addresses.STATE_REGISTER_GRAPH, store::registerGraph),
                bus.serve(Addresses.STATE_GET_GRAPH, store::getGraph),
                bus.serve(Addresses.STATE_LIST_GRAPHS, store::listGraphs),
                bus.serve(Addresses.STATE_LIST_GRAPH_VERSIONS, store::listGraphVersions),
                bus.serve(Addresses.STATE_REGISTER_POLICY_SET, store::registerPolicySet),
                bus.serve(Addresses.STATE_GET_POLICY_SET, store::getPolicySet),
                bus.serve(Addresses.STATE_APPEND_TASK, executions::appendTask),
                bus.serve(Addresses.STATE_APPEND_PLAN, executions::appendPlan),
                bus.serve(Addresses.STATE_FIND_EXECUTIONS, store::findExecutions),
                bus.serve(Addresses.STATE_GET_EXECUTIONS, store::getExecutions),
                bus.serve(Addresses.STATE_CREATE_LIFETIME, store::createLifetime),
                bus.serve(Addresses.STATE_APPEND_DECISION, store::appendDecision),
                bus.serve(Addresses.STATE_LOAD_LIFETIME, store::loadLifetime),
                bus.serve(Addresses.STATE_GET_INPUT, store::getInput),
                bus.serve(Addresses.STATE_EXAMINE_LIFETIME, store::examineLifetime),
                bus.serve(Addresses.STATE_SEND_SIGNAL, store::sendSignal),
                bus.serve(Addresses.STATE_HOLD_SHARDS, store::holdShards),
                bus.serve(Addresses.STATE_RELEASE_SHARDS, store::releaseShards),
                bus.serve(Addresses.STATE_LIST_RUNNABLE, store::listRunnable),
                bus.serve(Addresses.STATE_LIST_DUE, store::listDue),
                bus.serve(Addresses.STATE_LIST_SUSPECTS, store::listSuspects),
                bus.serve(Addresses.STATE_NOTE_RECOVERIES, store::noteRecoveries),
                bus.serve(Addresses.STATE_SET_QUARANTINE, store::setQuarantine),
                bus.serve(Addresses.STATE_GRANT_BUDGET, store::grantBudget),
                bus.serve(Addresses.STATE_LIST_BUDGET_SLICES, store::listBudgetSlices),
                bus.serve(Addresses.STATE_GET_LIFETIME, store::getLifetime),
                bus.serve(Addresses.STATE_LIST_LIFETIMES, store::listLifetimes),
                bus.serve(Addresses.STATE_LIST_EXECUTIONS, store::listExecutions),
                bus.serve(Addresses.STATE_LIST_EVENTS, store::listEvents),
                bus.serve(Addresses.STATE_READ_STREAM, store::readStream),
                bus.serve(Addresses.STATE_GET_OUTPUT, store::getOutput),
                bus.serve(Addresses.STATE_LIST_WAITING_WORK, store::listWaitingWork),
                bus.serve(Addresses.STATE_LIST_HUMAN_TASKS, store::listHumanTasks),
                bus.serve(Addresses.STATE_GET_HUMAN_TASK, store::getHumanTask),
                bus.serve(Addresses.STATE_CLAIM_HUMAN_TASK, store::claimHumanTask),
                bus.serve(Addresses.STATE_RELEASE_HUMAN_TASK, store::releaseHumanTask),
                bus.serve(Addresses.STATE_CREATE_WEBHOOK, store::createWebhook),
                bus.serve(Addresses.STATE_GET_WEBHOOK, store::getWebhook),
                bus.serve(Addresses.STATE_LIST_WEBHOOKS, store::listWebhooks),
                bus.serve(Addresses.STATE_UPDATE_WEBHOOK, store::updateWebhook),
                bus.serve(Addresses.STATE_DELETE_WEBHOOK, store::deleteWebhook),
                bus.serve(Addresses.STATE_ROTATE_WEBHOOK_SECRET, store::rotateWebhookSecret),
                bus.serve(Addresses.STATE_ADD_DELIVERY, store::addDelivery),
                bus.serve(Addresses.STATE_LIST_DELIVERIES, store::listDeliveries),
                bus.serve(Addresses.STATE_RETRY_DELIVERY, store::retryDelivery),
                bus.serve(Addresses.STATE_CLAIM_WEBHOOKS, store::claimWebhooks),
                bus.serve(Addresses.STATE_LIST_DUE_DELIVERIES, store::listDueDeliveries),
                bus.serve(Addresses.STATE_COMMIT_DELIVERIES, store::commitDeliveries),
                bus.serve(Addresses.STATE_GET_USAGE, store::getUsage),
                bus.serve(Addresses.STATE_CREATE_TENANT, store::createTenant),
                bus.serve(Addresses.STATE_GET_TENANT, store::getTenant),
                bus.serve(Addresses.STATE_LIST_TENANTS, store::listTenants),
                bus.serve(Addresses.STATE_UPDATE_TENANT, store::updateTenant),
                bus.serve(Addresses.STATE_GET_QUOTAS, store::getQuotas),
                bus.serve(Addresses.STATE_CREATE_API_KEY, store::createApiKey),
                bus.serve(Addresses.STATE_LIST_API_KEYS, store::listApiKeys),
                bus.serve(Addresses.STATE_REVOKE_API_KEY, store::revokeApiKey),
                bus.serve(Addresses.STATE_FIND_API_KEY, store::findApiKey),
                bus.serve(Addresses.STATE_APPEND_AUDIT, store::appendAudit),
                bus.serve(Addresses.STATE_LIST_AUDIT, store::listAudit),
                bus.serve(Addresses.STATE_CHECK, this::check),
                bus.serve(Addresses.STATE_GET_STATISTICS, store::getStatistics),
                bus.serve(Addresses.STATE_GET_SPEND, store::getSpend),
                bus.serve(Addresses.STATE_LIST_HISTORY, store::listHistory),
                bus.serve(Addresses.STATE_FIND_UNREFERENCED_BLOBS, store::findUnreferencedBlobs)));
    }

    /** Ready when the database answers. */
    private Future<CheckResponse> check(CheckRequest request) {
        return store.getTenant(
                        GetTenantRequest.newBuilder().setTenantId(FIRST_TENANT).build())
                .map(CheckResponse.newBuilder().setReady(true).build());
    }
}
