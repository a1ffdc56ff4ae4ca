package io.ticktock.api.operation;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.FiredPolicy;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.proto.v1.ListEventsRequest;
import io.ticktock.proto.v1.Verdict;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** Finds out by which policy guardrails paused, failed or aborted a lifetime: its log has it, near the end. */
final class GuardrailFindings {

    private static final int LAST_EVENTS = 200;

    private final Bus bus;

    GuardrailFindings(Bus bus) {
        this.bus = bus;
    }

    Future<Optional<FiredPolicy>> of(AgentLifetime lifetime) {
        if (!mayBeGuardrails(lifetime.getStatus())) {
            return Future.succeededFuture(Optional.empty());
        }
        ListEventsRequest request = ListEventsRequest.newBuilder()
                .setTenantId(lifetime.getTenantId())
                .setLifetimeId(lifetime.getLifetimeId())
                .setAfterSeq(Math.max(0, lifetime.getLastSeq() - LAST_EVENTS))
                .setPageSize(LAST_EVENTS)
                .build();
        return bus.request(Addresses.STATE_LIST_EVENTS, request).map(page -> find(lifetime, page.getEventsList()));
    }

    private static boolean mayBeGuardrails(LifetimeStatus status) {
        return switch (status) {
            case LIFETIME_STATUS_PAUSED, LIFETIME_STATUS_FAILED, LIFETIME_STATUS_ABORTED -> true;
            case LIFETIME_STATUS_UNSPECIFIED, LIFETIME_STATUS_RUNNING, LIFETIME_STATUS_COMPLETED, UNRECOGNIZED -> false;
        };
    }

    /** The latest one: a lifetime may have been paused before. */
    private static Optional<FiredPolicy> find(AgentLifetime lifetime, List<LifetimeEvent> events) {
        String failedExecId = "";
        for (int i = events.size() - 1; i >= 0; i--) {
            LifetimeEvent event = events.get(i);
            if (event.hasFailed()) {
                failedExecId = event.getFailed().getExecId();
            }
            Verdict verdict = verdict(event);
            boolean isWhy = verdict.getReason().equals(lifetime.getReason())
                    || (!failedExecId.isEmpty() && failedExecId.equals(execId(event)));
            if (isWhy && verdict.getFiredCount() > 0) {
                return Optional.of(verdict.getFired(0));
            }
        }
        return Optional.empty();
    }

    private static Verdict verdict(LifetimeEvent event) {
        if (event.hasHeld()) {
            return event.getHeld().getVerdict();
        }
        return event.hasScheduled()
                ? event.getScheduled().getRejection()
                : event.getAccepted().getVerdict();
    }

    private static String execId(LifetimeEvent event) {
        return event.hasScheduled()
                ? event.getScheduled().getExecId()
                : event.getAccepted().getExecId();
    }
}
