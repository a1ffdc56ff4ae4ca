package io.ticktock.launcher.simulation;

import java.util.ArrayList;
import java.util.List;

/** What handlers did outside, in order. */
final class EffectLedger {

    private final List<Effect> effects = new ArrayList<>();

    /** One run of a handler. */
    static final class Effect {
        final long nanos;
        final String process;
        final String tenantId;
        final String lifetimeId;
        final String execId;
        final String idempotencyKey;
        private boolean hasEnded;

        private Effect(
                long nanos, String process, String tenantId, String lifetimeId, String execId, String idempotencyKey) {
            this.nanos = nanos;
            this.process = process;
            this.tenantId = tenantId;
            this.lifetimeId = lifetimeId;
            this.execId = execId;
            this.idempotencyKey = idempotencyKey;
        }

        void end() {
            hasEnded = true;
        }
    }

    private final List<String> overlaps = new ArrayList<>();

    Effect begin(long nanos, String process, String tenantId, String lifetimeId, String execId, String idempotencyKey) {
        for (Effect earlier : effects) {
            if (!earlier.hasEnded && earlier.execId.equals(execId) && earlier.process.equals(process)) {
                overlaps.add(execId + " begins in " + process + ", which runs it already");
            }
        }
        Effect effect = new Effect(nanos, process, tenantId, lifetimeId, execId, idempotencyKey);
        effects.add(effect);
        return effect;
    }

    List<Effect> effects() {
        return effects;
    }

    /** What began in a process that had it in hand. */
    List<String> overlaps() {
        return overlaps;
    }
}
