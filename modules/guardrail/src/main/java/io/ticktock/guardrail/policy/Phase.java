package io.ticktock.guardrail.policy;

/** When a policy is asked. */
public enum Phase {
    /** Before an attempt is scheduled. */
    ADMIT,
    /** When the record of an attempt is durable, before it is accepted. */
    VERDICT,
    /** Each time. */
    BOTH;

    /** Whether a policy of this phase is asked in that one, which is not BOTH. */
    boolean includes(Phase asked) {
        return this == BOTH || this == asked;
    }
}
