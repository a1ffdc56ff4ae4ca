package io.ticktock.guardrail;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.ticktock.proto.v1.AdmissionResponse;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.VerdictResponse;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What guardrails count. Labels have few values, and none of them is of a tenant or a policy. */
final class GuardrailMeters {

    private static final Duration[] WAITS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(3)
    };

    private final Map<GuardrailAction, Counter> verdicts;
    private final Map<GuardrailAction, Counter> admissions;
    private final Timer verdictWaits;
    private final Timer admissionWaits;
    private final Counter reloads;
    private final Counter refusedReloads;

    GuardrailMeters(MeterRegistry registry) {
        this.verdicts = verdicts(registry, "verdict");
        this.admissions = verdicts(registry, "admission");
        this.verdictWaits = waits(registry, "verdict");
        this.admissionWaits = waits(registry, "admission");
        this.reloads = reloads(registry, "in_force");
        this.refusedReloads = reloads(registry, "refused");
    }

    private static Map<GuardrailAction, Counter> verdicts(MeterRegistry registry, String phase) {
        Map<GuardrailAction, Counter> counters = new EnumMap<>(GuardrailAction.class);
        for (GuardrailAction action : GuardrailAction.values()) {
            counters.put(
                    action,
                    Counter.builder("ticktock.guardrail.verdicts")
                            .description("What guardrails said of attempts before their dispatch, and of records.")
                            .tag("phase", phase)
                            .tag(
                                    "action",
                                    action.name()
                                            .replace("GUARDRAIL_ACTION_", "")
                                            .toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        return counters;
    }

    private static Timer waits(MeterRegistry registry, String phase) {
        return Timer.builder("ticktock.guardrail.waits")
                .description("Of answers that had to wait for a budget, usage or a result: for how long.")
                .tag("phase", phase)
                .serviceLevelObjectives(WAITS)
                .register(registry);
    }

    private static Counter reloads(MeterRegistry registry, String outcome) {
        return Counter.builder("ticktock.guardrail.policy.changes")
                .description("Times that changed policy files were put in force, or refused.")
                .tag("outcome", outcome)
                .register(registry);
    }

    Future<VerdictResponse> verdicts(Future<VerdictResponse> answer) {
        if (answer.isComplete()) {
            return counted(answer);
        }
        long startedNanos = System.nanoTime();
        return answer.onComplete(done -> {
            verdictWaits.record(System.nanoTime() - startedNanos, TimeUnit.NANOSECONDS);
            counted(answer);
        });
    }

    private Future<VerdictResponse> counted(Future<VerdictResponse> answer) {
        if (answer.succeeded()) {
            count(verdicts, answer.result().getVerdictsList());
        }
        return answer;
    }

    Future<AdmissionResponse> admissions(Future<AdmissionResponse> answer) {
        if (answer.isComplete()) {
            return countedAdmission(answer);
        }
        long startedNanos = System.nanoTime();
        return answer.onComplete(done -> {
            admissionWaits.record(System.nanoTime() - startedNanos, TimeUnit.NANOSECONDS);
            countedAdmission(answer);
        });
    }

    private Future<AdmissionResponse> countedAdmission(Future<AdmissionResponse> answer) {
        if (answer.succeeded()) {
            count(admissions, answer.result().getVerdictsList());
        }
        return answer;
    }

    private static void count(Map<GuardrailAction, Counter> counters, List<Verdict> said) {
        for (int i = 0; i < said.size(); i++) {
            counters.get(said.get(i).getAction()).increment();
        }
    }

    void inForce() {
        reloads.increment();
    }

    void refused() {
        refusedReloads.increment();
    }
}
