package io.ticktock.guardrail.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ticktock.graph.expression.ExpressionFailure;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PolicySetTest {

    @Test
    void whatShipsIsTheSameAgainFromItsCanonicalText() {
        Map<String, byte[]> files = new TreeMap<>();
        for (Path file : PolicyTexts.in(PolicyTexts.SHIPPED)) {
            files.put(file.toString(), PolicyTexts.text(file).getBytes(StandardCharsets.UTF_8));
        }

        requireRestored(PolicySet.parse(files), "conf/policies");
    }

    /** {@code -Dticktock.seeds=N} tries more. */
    @Test
    void anySetIsTheSameAgainFromItsCanonicalText() {
        for (long seed = 0; seed < Long.getLong("ticktock.seeds", 200); seed++) {
            requireRestored(random(new Random(seed)), "seed " + seed);
        }
    }

    @Test
    void policiesOfDifferentFilesMayFireForTheSameReason() {
        Map<String, byte[]> files = Map.of(
                "a.yaml", policy("a", "lifetime", "count > 1", "").getBytes(StandardCharsets.UTF_8),
                "b.yaml", policy("b", "lifetime", "count > 1", "").getBytes(StandardCharsets.UTF_8));

        requireRestored(PolicySet.parse(files), "two files");
    }

    @Test
    void whatIsNoSetOfPoliciesIsRefused() {
        assertThrows(ExpressionFailure.class, () -> PolicySet.restore("no JSON"));
        assertThrows(PolicyFaults.class, () -> PolicySet.restore("[{\"name\": \"a\"}]"));
    }

    private static void requireRestored(PolicySet set, String what) {
        assertFalse(set.isEmpty(), what);
        PolicySet restored = PolicySet.restore(set.canonical());
        assertEquals(set.digest(), restored.digest(), what);
        assertEquals(set.canonical(), restored.canonical(), what);
    }

    private static PolicySet random(Random dice) {
        StringBuilder file = new StringBuilder("policies:\n");
        int count = 1 + dice.nextInt(5);
        for (int i = 0; i < count; i++) {
            boolean ofLifetime = dice.nextBoolean();
            String when = pick(
                    dice,
                    "iteration > " + (100 * i + dice.nextInt(50)),
                    "elapsed_s > " + (100 * i + dice.nextInt(50)) + " && execution.node.matches(\"a+\\\\d?\")",
                    "execution.attempt == 1 || execution.kind == '" + i + "\u00e9'",
                    ofLifetime ? "sum.cost_usd > 0.1" + i : "1.5e" + i + " < double(iteration)");
            String rest = pick(
                            dice,
                            "",
                            ", message: \"it's \\\"too\\\" dear:\\n{" + i + "}\"",
                            ", phase: admit",
                            ", phase: both")
                    + pick(
                            dice,
                            "",
                            ", applies_to: {nodes: [\"b*\", a], kinds: [task]}",
                            ", applies_to: {labels: {team: \"x*\"}}");
            file.append(entry("p" + i, ofLifetime ? "lifetime" : "execution", when, rest));
        }
        return PolicyTexts.parse(file.toString());
    }

    private static String policy(String name, String scope, String when, String rest) {
        return "policies:\n" + entry(name, scope, when, rest);
    }

    private static String entry(String name, String scope, String when, String rest) {
        return "  - {name: %s, scope: %s, when: '%s', action: PAUSE_LIFETIME%s}\n"
                .formatted(name, scope, when.replace("'", "''"), rest);
    }

    private static String pick(Random dice, String... texts) {
        return List.of(texts).get(dice.nextInt(texts.length));
    }
}
