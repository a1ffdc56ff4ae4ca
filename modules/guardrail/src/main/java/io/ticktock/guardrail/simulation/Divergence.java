package io.ticktock.guardrail.simulation;

import io.ticktock.guardrail.policy.Attempt;
import io.ticktock.guardrail.policy.Phase;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Verdict;

/**
 * The first place of a lifetime at which the draft decides otherwise than the log says. What would have followed is
 * unknown.
 *
 * @param event of the log at which it is: an attempt's admission, or the acceptance of its record
 * @param execId of the attempt that was judged
 * @param attempt that was judged
 * @param phase ADMIT or VERDICT
 * @param recorded what was done
 * @param draft what the draft would have done, and why
 */
public record Divergence(
        LifetimeEvent event, String execId, Attempt attempt, Phase phase, GuardrailAction recorded, Verdict draft) {

    /** Whether the draft would have let go on what was stopped or rejected. */
    public boolean isLaxer() {
        return draft.getAction() == GuardrailAction.GUARDRAIL_ACTION_ALLOW;
    }
}
