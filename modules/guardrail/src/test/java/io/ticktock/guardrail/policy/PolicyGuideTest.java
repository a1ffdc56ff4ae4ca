package io.ticktock.guardrail.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.proto.v1.PolicyScope;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The guide for authors says what is so. */
class PolicyGuideTest {

    private static final Pattern YAML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);
    private static final String GUIDE = PolicyTexts.text(Path.of("../../docs/policies.md"));

    @Test
    void everyExampleIsValid() {
        List<String> examples =
                YAML.matcher(GUIDE).results().map(match -> match.group(1)).toList();
        assertEquals(6, examples.size());
        examples.forEach(PolicyTexts::parse);
    }

    @Test
    void everyVariableIsExplained() {
        for (String variable : PolicyVariables.scope(PolicyScope.POLICY_SCOPE_LIFETIME, Phase.VERDICT)
                .variables()) {
            assertTrue(GUIDE.contains("`" + variable + "`"), () -> "the guide does not explain " + variable);
        }
    }
}
