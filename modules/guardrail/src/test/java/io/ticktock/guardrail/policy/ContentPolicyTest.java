package io.ticktock.guardrail.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.PlanResult;
import io.ticktock.proto.v1.Totals;
import io.ticktock.proto.v1.Verdict;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Policies that read what results hold: they fire, or not, or end the lifetime for what they cannot look at. */
class ContentPolicyTest {

    private static final Duration GENEROUS = Duration.ofSeconds(60);
    private static final int MEBIBYTE = 1 << 20;

    private static Verdict verdict(String when, Content content) {
        PolicySet set = PolicyTexts.parse(
                "policies:\n  - {name: p, scope: execution, when: '" + when + "', action: REJECT_EXECUTION}\n");
        ExecutionReference record = ExecutionReference.newBuilder()
                .setHeaders(ExecutionHeaders.newBuilder()
                        .setNodeId("draft")
                        .setKind(NodeKind.NODE_KIND_TASK)
                        .setStatus(ExecutionStatus.EXECUTION_STATUS_SUCCEEDED))
                .build();
        Facts facts = Facts.of(record, Totals.getDefaultInstance(), Map.of(), 0).with(content);
        return new PolicyEvaluator(set).evaluate(GraphReference.getDefaultInstance(), Phase.VERDICT, facts);
    }

    private static Content json(String text) {
        return Content.of("", ByteString.copyFromUtf8(text));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            result.text.matches("k(e+)y$")          | {"text": "a keey"}    | REJECT_EXECUTION
            result.text.matches("k(e+)y$")          | {"text": "a keeys"}   | ALLOW
            has(result.text) && result.text == "a"  | {"other": 1}          | ALLOW
            result.text == "a"                      | {"other": 1}          | ABORT_LIFETIME
            result.n > 1.5                          | {"n": 2}              | REJECT_EXECUTION
            size(result.items) > 2                  | {"items": [1, 2]}     | ALLOW
            result.items.exists(i, i.bad)           | {"items": [{"bad": true}]} | REJECT_EXECUTION
            result == null                          | null                  | REJECT_EXECUTION
            result.n > 1                            | {"n": 1, broken       | ABORT_LIFETIME
            result.a / result.b > 1                 | {"a": 1, "b": 0}      | ABORT_LIFETIME
            """)
    void jsonIsLookedInto(String when, String content, String action) {
        Verdict verdict = verdict(when, json(content));
        assertEquals("GUARDRAIL_ACTION_" + action, verdict.getAction().name(), verdict.getReason());
    }

    @Test
    void textIsAText() {
        Content text = Content.of("text/plain; charset=utf-8", ByteString.copyFromUtf8("secret"));
        assertEquals(
                GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION,
                verdict("result == \"secret\"", text).getAction());
        Content image = Content.of("image/png", ByteString.copyFromUtf8("secret"));
        Verdict refused = verdict("result == \"secret\"", image);
        assertEquals(GuardrailAction.GUARDRAIL_ACTION_ABORT_LIFETIME, refused.getAction());
        assertTrue(refused.getReason().contains("image/png is neither JSON nor text"), refused.getReason());
    }

    @Test
    void aPlansChoiceIsLookedAt() {
        Content content = Content.of(PlanExecution.newBuilder()
                .setResult(PlanResult.newBuilder().addNextTaskIds("wipe").setExplanation("why not"))
                .build());
        String when = "\"wipe\" in result.next && result.explanation.startsWith(\"why\")";
        assertEquals(
                GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION,
                verdict(when, content).getAction());
    }

    @Test
    void aRecordWithoutAResultHasNull() {
        assertEquals(
                GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION,
                verdict("result == null", Content.NONE).getAction());
    }

    @Test
    void whatCannotBeFetchedIsTold() {
        Verdict verdict = verdict("result.n > 1", Content.unreadable("it is too large"));
        assertEquals("guardrail_error: policy p: in 'result.n > 1': it is too large", verdict.getReason());
    }

    /** Bounded however hostile both are; what takes too long never passes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "result.text.matches(\"(a+)+$\")",
                "result.text.matches(\"(a|a)*b(a|a)*b\")",
                "result.items.all(a, result.items.all(b, result.items.all(c, a + b + c >= 0)))",
                "result.items.map(a, result.items.map(b, a + b)) == result.items",
                "result.text.contains(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\")",
                "result.items.all(a, a in result.items)"
            })
    void hostileConditionsOnLargeResultsEnd(String when) {
        String content =
                "{\"text\": \"" + "a".repeat(MEBIBYTE / 2) + "\", \"items\": [" + "0,".repeat(MEBIBYTE / 5) + "0]}";
        long began = System.nanoTime();
        Verdict verdict = verdict(when, json(content));
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        System.out.println(took.toMillis() + " ms for " + when + ": " + verdict.getAction());
        assertTrue(took.compareTo(GENEROUS) < 0, took::toString);
        assertTrue(
                verdict.getAction() != GuardrailAction.GUARDRAIL_ACTION_ALLOW
                        || when.contains("contains")
                        || when.contains("b(a"),
                when);
    }
}
