package io.ticktock.guardrail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.guardrail.policy.PolicyFaults;
import io.ticktock.proto.v1.AdmissionRequest;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.RegisterPolicySetRequest;
import io.ticktock.proto.v1.RegisterPolicySetResponse;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.VerdictRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardrailVerticleTest {

    private static final Verdict ALLOW = Verdict.newBuilder()
            .setAction(GuardrailAction.GUARDRAIL_ACTION_ALLOW)
            .build();

    private static final String LIMIT = """
            policies:
              - name: limit
                scope: lifetime
                when: sum.tokens_used > 100
                action: PAUSE_LIFETIME
            """;

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx);
    /** What the data plane keeps, by digest; it is away while this is null. */
    private final AtomicReference<Map<String, ByteString>> kept = new AtomicReference<>(new ConcurrentHashMap<>());

    @TempDir
    private Path folder;

    private void deploy() throws Exception {
        deploy(Optional.empty());
    }

    private void deploy(Optional<Path> policies) throws Exception {
        await(bus.serve(Addresses.STATE_REGISTER_POLICY_SET, this::keep));
        GuardrailConfiguration configuration =
                new GuardrailConfiguration(policies, Duration.ofMillis(100), Duration.ofSeconds(1), 1 << 20);
        await(vertx.deployVerticle(new GuardrailVerticle(bus, configuration, new SimpleMeterRegistry())));
    }

    private Future<RegisterPolicySetResponse> keep(RegisterPolicySetRequest request) {
        Map<String, ByteString> sets = kept.get();
        if (sets == null) {
            return Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, "the data plane is away"));
        }
        sets.put(request.getDigest(), request.getContent());
        return Future.succeededFuture(RegisterPolicySetResponse.getDefaultInstance());
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 64, 65, 1000})
    void everyRecordGetsAVerdictThatAllows(int count) throws Exception {
        deploy();
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
        deploy();
        AdmissionRequest request = AdmissionRequest.newBuilder()
                .setTenantId("acme")
                .addAllCandidates(Collections.nCopies(count, Scheduled.getDefaultInstance()))
                .build();

        List<Verdict> verdicts =
                await(bus.request(Addresses.GUARDRAIL_ADMIT, request)).getVerdictsList();

        assertEquals(Collections.nCopies(count, ALLOW), verdicts);
    }

    @Test
    void changedPoliciesAreInForceWithoutARestartAndFaultyOnesNever() throws Exception {
        Path file = Files.writeString(folder.resolve("limit.yaml"), LIMIT);
        deploy(Optional.of(folder));
        assertEquals(GuardrailAction.GUARDRAIL_ACTION_PAUSE_LIFETIME, actionOn(101));

        Files.writeString(file, LIMIT.replace("sum.", "sam."));
        Path other = Files.writeString(
                folder.resolve("other.yaml"), LIMIT.replace("limit", "other").replace("100", "10"));
        assertEquals(GuardrailAction.GUARDRAIL_ACTION_ALLOW, actionOn(11));

        Files.writeString(file, LIMIT.replace("PAUSE", "ABORT"));
        awaitAction(101, GuardrailAction.GUARDRAIL_ACTION_ABORT_LIFETIME);
        assertEquals(GuardrailAction.GUARDRAIL_ACTION_PAUSE_LIFETIME, actionOn(11));

        Files.delete(file);
        Files.delete(other);
        awaitAction(101, GuardrailAction.GUARDRAIL_ACTION_ALLOW);
    }

    @Test
    void faultyPoliciesKeepItFromStarting() throws Exception {
        Path file = Files.writeString(folder.resolve("limit.yaml"), LIMIT.replace("sum.", "sam."));

        ExecutionException failed = assertThrows(ExecutionException.class, () -> deploy(Optional.of(file)));

        PolicyFaults faults = assertInstanceOf(PolicyFaults.class, failed.getCause());
        assertTrue(faults.getMessage().startsWith(file + ":4:11: there is no variable 'sam'"), faults::getMessage);
    }

    @Test
    void policiesAreKeptBeforeTheyAreInForce() throws Exception {
        Path file = Files.writeString(folder.resolve("limit.yaml"), LIMIT);
        deploy(Optional.of(folder));
        Map<String, ByteString> sets = kept.getAndSet(null);
        assertEquals(Set.of(PolicyFiles.read(file).digest()), sets.keySet());

        String changed = LIMIT.replace("PAUSE", "ABORT");
        String digest = PolicyFiles.read(Files.writeString(folder.resolve("changed.txt"), changed))
                .digest();
        Files.writeString(file, changed);
        // Long enough for several looks, of which none may put in force what is not kept.
        for (int look = 0; look < 5; look++) {
            await(vertx.timer(100, TimeUnit.MILLISECONDS));
            assertEquals(GuardrailAction.GUARDRAIL_ACTION_PAUSE_LIFETIME, actionOn(101));
        }

        kept.set(sets);
        awaitAction(101, GuardrailAction.GUARDRAIL_ACTION_ABORT_LIFETIME);
        assertTrue(sets.containsKey(digest));
    }

    @Test
    void policiesThatCannotBeKeptKeepItFromStarting() throws Exception {
        Path file = Files.writeString(folder.resolve("limit.yaml"), LIMIT);
        kept.set(null);

        ExecutionException failed = assertThrows(ExecutionException.class, () -> deploy(Optional.of(file)));

        assertEquals(FailureCode.UNAVAILABLE, Failure.of(failed.getCause()).code());
    }

    private GuardrailAction actionOn(long tokens) throws Exception {
        VerdictRequest request = VerdictRequest.newBuilder()
                .addRecords(ExecutionReference.newBuilder()
                        .setTelemetry(PolicyTelemetry.newBuilder().setTokensUsed(tokens)))
                .build();
        return await(bus.request(Addresses.GUARDRAIL_VERDICT, request))
                .getVerdicts(0)
                .getAction();
    }

    /** Asks until the answer is this one. */
    private void awaitAction(long tokens, GuardrailAction expected) throws Exception {
        Instant deadline = Instant.now().plusSeconds(30);
        while (actionOn(tokens) != expected) {
            assertTrue(Instant.now().isBefore(deadline), "never " + expected);
            Thread.onSpinWait();
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
