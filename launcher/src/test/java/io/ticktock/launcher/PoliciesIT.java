package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies of a file are in force in the packaged program. Each work Task uses what its service says: 600 tokens. */
class PoliciesIT {

    private static final String LOOPBACK = "executor.http.allowed_addresses=127.0.0.0/8";

    @TempDir
    private static Path folder;

    private Path graph;
    private MeteredService service;

    @AfterAll
    static void everyLifetimeIsDecidedTheSameAgain() throws IOException, InterruptedException {
        Replays.requireAllAgree(folder);
    }

    @BeforeEach
    void start() throws IOException {
        service = new MeteredService();
        graph = Files.writeString(folder.resolve("work.yaml"), GRAPH);
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void aSumOfTokensPausesAndTheReasonIsShown() throws IOException, InterruptedException {
        JarProcess.Result paused =
                run("pause", "scope: lifetime, when: sum.tokens_used > 1000, action: PAUSE_LIFETIME");

        assertEquals(3, paused.exitCode(), paused::toString);
        JsonNode report = RunIT.json(paused);
        assertEquals("policy: pause: sum.tokens_used > 1000; sum.tokens_used is 1200", reason(report));
        assertEquals(2, service.calls());
        String id = report.get("lifetime_id").asText();
        JarProcess.Result shown = JarProcess.run(folder, "", "lifetimes", "show", id);
        assertTrue(shown.out().contains("status      paused: policy: pause: "), shown::toString);

        JarProcess.Result resumed =
                JarProcess.run(folder, "", "lifetimes", "resume", id, "--set", LOOPBACK, "-o", "json");
        assertEquals(0, resumed.exitCode(), resumed::toString);
        assertEquals(3, RunIT.json(resumed).get("output").get("rounds").asInt(), resumed::toString);
        assertEquals(3, service.calls());
    }

    @Test
    void aRejectedRecordCountsAsFailedAndIsRouted() throws IOException, InterruptedException {
        JarProcess.Result rejected =
                run("reject", "scope: execution, when: execution.tokens_used > 500, action: REJECT_EXECUTION");

        assertEquals(0, rejected.exitCode(), rejected::toString);
        assertEquals(
                "rejected_by_guardrail",
                RunIT.json(rejected).get("output").get("failed").asText(),
                rejected::toString);
        assertEquals(1, service.calls());
    }

    @Test
    void whatIsRejectedBeforeItRunsNeverRuns() throws IOException, InterruptedException {
        JarProcess.Result rejected = run(
                "early",
                "scope: lifetime, phase: admit, applies_to: {nodes: [work]}, when: sum.tokens_used >= 600,"
                        + " action: REJECT_EXECUTION");

        assertEquals(0, rejected.exitCode(), rejected::toString);
        assertEquals(
                "rejected_by_guardrail",
                RunIT.json(rejected).get("output").get("failed").asText(),
                rejected::toString);
        assertEquals(1, service.calls());
    }

    @Test
    void whatIsHeldBeforeItRunsGoesOnWhenPoliciesAllowIt() throws IOException, InterruptedException {
        JarProcess.Result held =
                run("hold", "scope: lifetime, phase: admit, when: sum.tokens_used >= 600, action: PAUSE_LIFETIME");

        assertEquals(3, held.exitCode(), held::toString);
        JsonNode report = RunIT.json(held);
        assertEquals("policy: hold: sum.tokens_used >= 600; sum.tokens_used is 600", reason(report));
        assertEquals(1, service.calls());
        String id = report.get("lifetime_id").asText();
        JarProcess.Result resumed =
                JarProcess.run(folder, "", "lifetimes", "resume", id, "--set", LOOPBACK, "-o", "json");
        assertEquals(0, resumed.exitCode(), resumed::toString);
        assertEquals(3, service.calls());
    }

    @Test
    void aSumOfDollarsAborts() throws IOException, InterruptedException {
        JarProcess.Result aborted =
                run("abort", "scope: lifetime, when: sum.cost_usd > 0.3, action: ABORT_LIFETIME, message: too dear");

        assertEquals(1, aborted.exitCode(), aborted::toString);
        assertEquals("aborted", RunIT.json(aborted).get("status").asText());
        assertEquals("policy: abort: too dear; sum.cost_usd is 0.5", reason(RunIT.json(aborted)));
    }

    @Test
    void faultyPoliciesKeepItFromStarting() throws IOException, InterruptedException {
        JarProcess.Result refused = run("faulty", "scope: lifetime, when: sum.tokns_used > 1, action: ABORT_LIFETIME");

        assertEquals(2, refused.exitCode(), refused::toString);
        assertTrue(refused.err().contains("did you mean sum.tokens_used?"), refused::toString);
        assertEquals(1, refused.err().lines().count(), refused::toString);
    }

    private JarProcess.Result run(String name, String policy) throws IOException, InterruptedException {
        Path policies = Files.writeString(
                folder.resolve("policies.yaml"), "policies:\n  - {name: " + name + ", " + policy + "}\n");
        return JarProcess.run(
                folder,
                "",
                "run",
                graph.toString(),
                "--input",
                "url=" + service.url(),
                "--set",
                "guardrail.policies=" + policies,
                "--set",
                LOOPBACK,
                "-o",
                "json");
    }

    private static String reason(JsonNode report) {
        return report.get("reason").asText();
    }

    private static final String GRAPH = """
            graph: metered
            version: 1.0.0
            start: work
            tasks:
              work:
                type: http
                url: "${input.url}"
                telemetry: {tokens_used: "${body.tokens}", cost_usd: "${body.cost}"}
            plans:
              again:
                type: rules
                rules:
                  - {when: "has(result.error)", next: END, input: {failed: "${result.error.code}"}}
                  - {when: "iteration >= 3", next: END, input: {rounds: "${iteration}"}}
                otherwise: {next: work}
            edges:
              - work -> again [on_failure route]
              - again -> work
              - again -> END [FINAL]
            """;
}
