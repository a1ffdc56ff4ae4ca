package io.ticktock.api.delivery;

import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.HeldWebhook;
import io.ticktock.proto.v1.Webhook;
import java.time.Instant;
import java.util.List;

/** A webhook that this process delivers for. For one event loop. */
final class Held {

    private static final long IDLE_NANOS = 1_000_000_000L;
    private static final long AFTER_FAULT_NANOS = 3_000_000_000L;

    private Webhook webhook;
    private List<String> secrets;
    private String position;
    private final long epoch;
    private Instant nextDueAt;
    private long sureUntilNanos;
    private long lookAtNanos;
    private long savedAtNanos;
    private boolean isBusy;
    private boolean isOver;
    private boolean isReleased;
    private boolean isLetGo;

    /** @param sureUntilNanos until when nobody else holds it */
    Held(HeldWebhook claimed, long sureUntilNanos) {
        this.webhook = claimed.getWebhook();
        this.secrets = claimed.getSecretsList();
        this.position = claimed.getPosition();
        this.epoch = claimed.getEpoch();
        this.nextDueAt = due(claimed);
        this.sureUntilNanos = sureUntilNanos;
        this.lookAtNanos = System.nanoTime();
        this.savedAtNanos = lookAtNanos;
    }

    private static Instant due(HeldWebhook held) {
        return held.hasNextDueAt() ? ProtoTime.instant(held.getNextDueAt()) : Instant.MAX;
    }

    /** How far it has got is known here better than in an answer that may be older than the last commit. */
    void renew(HeldWebhook claimed, long sureUntil) {
        sureUntilNanos = sureUntil;
        if (claimed.getWebhook().getVersion() >= webhook.getVersion()) {
            webhook = claimed.getWebhook();
            secrets = claimed.getSecretsList();
        }
        if (due(claimed).isBefore(nextDueAt)) {
            nextDueAt = due(claimed);
        }
    }

    void committed(HeldWebhook now) {
        webhook = now.getWebhook();
        secrets = now.getSecretsList();
        position = now.getPosition();
        nextDueAt = due(now);
        savedAtNanos = System.nanoTime();
        isOver = !webhook.getEnabled();
    }

    void advance(String to) {
        position = to;
    }

    Webhook webhook() {
        return webhook;
    }

    String tenantId() {
        return webhook.getTenantId();
    }

    List<String> secrets() {
        return secrets;
    }

    String position() {
        return position;
    }

    long epoch() {
        return epoch;
    }

    /** Whether something waits whose time has come. */
    boolean isDue(Instant now) {
        return !nextDueAt.isAfter(now);
    }

    boolean isSure() {
        return !isOver && !isReleased && sureUntilNanos - System.nanoTime() > 0;
    }

    /** What was told to be due is not, or not by the clock of the database; the next claim tells what waits. */
    void nothingIsDue() {
        nextDueAt = Instant.MAX;
    }

    /** Nothing more begins; what has come of what is under way is still told. */
    void release() {
        isReleased = true;
    }

    /** Nobody waits for what is under way. */
    void letGo() {
        isLetGo = true;
    }

    boolean isLetGo() {
        return isLetGo;
    }

    long savedAtNanos() {
        return savedAtNanos;
    }

    boolean isToLookAt(Instant now) {
        return !isBusy && isSure() && (lookAtNanos - System.nanoTime() <= 0 || isDue(now));
    }

    void begin() {
        isBusy = true;
    }

    /** @param more whether there is more already */
    void end(boolean more) {
        isBusy = false;
        lookAtNanos = System.nanoTime() + (more ? 0 : IDLE_NANOS);
    }

    void fault() {
        isBusy = false;
        nextDueAt = Instant.MAX;
        lookAtNanos = System.nanoTime() + AFTER_FAULT_NANOS;
    }

    boolean isBusy() {
        return isBusy;
    }
}
