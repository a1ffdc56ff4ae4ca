package io.ticktock.state;

import static io.ticktock.state.TestDatabase.eventually;
import static io.ticktock.state.TestDatabase.failure;
import static io.ticktock.state.TestDatabase.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Internal;
import com.google.protobuf.Message;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.bus.Address;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.*;
import io.vertx.core.Future;
import java.lang.reflect.Field;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StateVerticleTest {

    private final String lifetimeId = UUID.randomUUID().toString();
    private final List<ExecutionReference> published = new CopyOnWriteArrayList<>();
    private TestDatabase database;
    private Bus bus;

    @BeforeEach
    void deploy() {
        database = new TestDatabase();
        bus = new Bus(database.vertx());
        result(database.vertx()
                .deployVerticle(
                        new StateVerticle(bus, StateConfiguration.of(database.address()), new SimpleMeterRegistry())));
        result(bus.subscribe(Addresses.CONTROL_RECORDED.at(Shard.of(lifetimeId)), published::add));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void aReferenceFollowsTheCommit() {
        TaskExecution task = Workload.task(lifetimeId);
        AppendTaskExecutionResponse appended = result(bus.request(
                Addresses.STATE_APPEND_TASK,
                AppendTaskExecutionRequest.newBuilder().setExecution(task).build()));
        assertEquals(AppendOutcome.APPEND_OUTCOME_RECORDED, appended.getOutcome());
        eventually(() -> published.size() == 1);
        assertEquals(References.to(task), published.get(0));
        assertEquals(1, database.count("SELECT count(*) FROM task_executions"));
    }

    @Test
    void ofTwoRecordsTheFirstIsPublishedAgain() {
        PlanExecution first = PlanExecution.newBuilder()
                .setHeaders(Workload.task(lifetimeId).getHeaders())
                .setResult(PlanResult.newBuilder().addNextTaskIds("a"))
                .build();
        PlanExecution second = first.toBuilder()
                .setResult(PlanResult.newBuilder().addNextTaskIds("b"))
                .build();
        append(first);
        assertEquals(AppendOutcome.APPEND_OUTCOME_SUPERSEDED, append(second).getOutcome());
        eventually(() -> published.size() == 2);
        assertEquals(List.of(References.to(first), References.to(first)), published);
    }

    @Test
    void aRefusalReachesWhoAsked() {
        GetLifetimeRequest request = GetLifetimeRequest.newBuilder()
                .setTenantId("tenant")
                .setLifetimeId(lifetimeId)
                .build();
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(bus.request(Addresses.STATE_GET_LIFETIME, request)).code());
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(bus.request(
                                Addresses.STATE_GET_LIFETIME,
                                request.toBuilder().setLifetimeId("x").build()))
                        .code());
    }

    @Test
    void everyAddressOfStateIsServed() {
        List<Address<?, ?>> addresses = Stream.of(Addresses.class.getFields())
                .filter(field -> field.getName().startsWith("STATE_"))
                .<Address<?, ?>>map(StateVerticleTest::address)
                .toList();
        assertTrue(addresses.size() >= 20);
        addresses.forEach(this::assertServed);
    }

    private <Q extends Message, R extends Message> void assertServed(Address<Q, R> address) {
        Future<R> answer = bus.request(address, Internal.getDefaultInstance(address.request()));
        result(answer.otherwise(cause -> {
            assertFalse(cause.getMessage().startsWith("no answer"), address.name() + ": " + cause.getMessage());
            return null;
        }));
    }

    private AppendPlanExecutionResponse append(PlanExecution execution) {
        return result(bus.request(
                Addresses.STATE_APPEND_PLAN,
                AppendPlanExecutionRequest.newBuilder().setExecution(execution).build()));
    }

    private static Address<?, ?> address(Field field) {
        try {
            return (Address<?, ?>) field.get(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
