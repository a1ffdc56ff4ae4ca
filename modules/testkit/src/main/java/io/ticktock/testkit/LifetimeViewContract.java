package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.*;
import io.ticktock.state.References;
import io.ticktock.state.StateStore;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What every store shows of a lifetime: to its tenant only, and in order. */
public abstract class LifetimeViewContract {

    @RegisterExtension
    final HeldStore held = new HeldStore(this::open);

    private final StateSamples samples = held.samples();
    private final StateSamples others = held.others();

    protected abstract StateStore open();

    @Test
    void aTenantSeesItsLifetimeOnly() {
        String lifetimeId = held.create();
        assertEquals(
                samples.head(lifetimeId, LifetimeStatus.LIFETIME_STATUS_RUNNING, 2)
                        .getLifetimeId(),
                result(getLifetime(samples, lifetimeId)).getLifetime().getLifetimeId());
        Failure foreign = failure(getLifetime(others, lifetimeId));
        assertEquals(FailureCode.NOT_FOUND, foreign.code());
        held.end(lifetimeId);
        assertEquals(
                foreign.getMessage(), failure(getLifetime(others, lifetimeId)).getMessage());
        assertEquals(foreign.getMessage(), failure(input(others, lifetimeId)).getMessage());
        assertEquals(
                foreign.getMessage(), failure(listEvents(others, lifetimeId, 0)).getMessage());
        assertEquals(
                foreign.getMessage(),
                failure(listExecutions(others, lifetimeId, "")).getMessage());
        String unknown = samples.lifetimeId();
        assertEquals(
                foreign.getMessage().replace(lifetimeId, unknown),
                failure(getLifetime(samples, unknown)).getMessage());
    }

    @Test
    void executionsAreListedOldestFirst() {
        String lifetimeId = held.create();
        List<ExecutionReference> appended = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            TaskExecution task = samples.task(lifetimeId, "" + i);
            PlanExecution plan =
                    samples.plan(lifetimeId, List.of(task.getHeaders().getExecId()), "next");
            result(held.store().appendTask(task));
            result(held.store().appendPlan(plan));
            appended.add(References.to(task));
            appended.add(References.to(plan));
        }
        List<ExecutionReference> listed = new ArrayList<>();
        String token = "";
        do {
            ListExecutionsResponse page = result(listExecutions(samples, lifetimeId, token));
            assertTrue(page.getExecutionsCount() <= 4);
            listed.addAll(page.getExecutionsList());
            token = page.getNextPageToken();
        } while (!token.isEmpty());
        assertEquals(appended, listed);
    }

    @Test
    void eventsAreListedBehindANumber() {
        String lifetimeId = held.create();
        result(held.append(samples.decision(lifetimeId, 2, 3).build()));
        assertEquals(
                List.of(3L, 4L, 5L),
                result(listEvents(samples, lifetimeId, 2)).getEventsList().stream()
                        .map(LifetimeEvent::getSeq)
                        .toList());
        assertEquals(0, result(listEvents(samples, lifetimeId, 5)).getEventsCount());
    }

    private Future<GetInputResponse> input(StateSamples of, String lifetimeId) {
        return held.store()
                .getInput(GetInputRequest.newBuilder()
                        .setTenantId(of.tenantId())
                        .setLifetimeId(lifetimeId)
                        .build());
    }

    private Future<GetLifetimeResponse> getLifetime(StateSamples of, String lifetimeId) {
        return held.store()
                .getLifetime(GetLifetimeRequest.newBuilder()
                        .setTenantId(of.tenantId())
                        .setLifetimeId(lifetimeId)
                        .build());
    }

    private Future<ListEventsResponse> listEvents(StateSamples of, String lifetimeId, long afterSeq) {
        return held.store()
                .listEvents(ListEventsRequest.newBuilder()
                        .setTenantId(of.tenantId())
                        .setLifetimeId(lifetimeId)
                        .setAfterSeq(afterSeq)
                        .build());
    }

    private Future<ListExecutionsResponse> listExecutions(StateSamples of, String lifetimeId, String token) {
        return held.store()
                .listExecutions(ListExecutionsRequest.newBuilder()
                        .setTenantId(of.tenantId())
                        .setLifetimeId(lifetimeId)
                        .setPageSize(4)
                        .setPageToken(token)
                        .build());
    }
}
