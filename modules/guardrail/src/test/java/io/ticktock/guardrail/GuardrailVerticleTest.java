package io.ticktock.guardrail;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.proto.v1.AdmissionRequest;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.VerdictRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardrailVerticleTest {

    private static final Verdict ALLOW = Verdict.newBuilder()
            .setAction(GuardrailAction.GUARDRAIL_ACTION_ALLOW)
            .build();

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx);

    @BeforeEach
    void deploy() throws Exception {
        await(vertx.deployVerticle(new GuardrailVerticle(bus, new GuardrailEngine())));
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 64, 65, 1000})
    void everyRecordGetsAVerdictThatAllows(int count) throws Exception {
        VerdictRequest request = VerdictRequest.newBuilder()
                .setTenantId("acme")
                .addAllRecords(Collections.nCopies(count, ExecutionReference.getDefaultInstance()))
                .build();

        List<Verdict> verdicts =
                await(bus.request(Addresses.GUARDRAIL_VERDICT, request)).getVerdictsList();

        assertEquals(Collections.nCopies(count, ALLOW), verdicts);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 64, 65, 1000})
    void everyCandidateIsAdmitted(int count) throws Exception {
        AdmissionRequest request = AdmissionRequest.newBuilder()
                .setTenantId("acme")
                .addAllCandidates(Collections.nCopies(count, Scheduled.getDefaultInstance()))
                .build();

        List<Verdict> verdicts =
                await(bus.request(Addresses.GUARDRAIL_ADMIT, request)).getVerdictsList();

        assertEquals(Collections.nCopies(count, ALLOW), verdicts);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
