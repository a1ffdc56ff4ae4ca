package io.ticktock.state;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.GetGraphRequest;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.HumanTask;
import io.ticktock.proto.v1.Webhook;
import java.util.UUID;

/** What a store says when it refuses; every store says it in the same words. */
public final class Refusal {

    private Refusal() {}

    /** Also for what is another tenant's: the words must not tell. */
    public static Failure noLifetime(UUID lifetimeId) {
        return new Failure(FailureCode.NOT_FOUND, "there is no lifetime " + lifetimeId);
    }

    public static Failure noGraph(GetGraphRequest request) {
        String version = request.getVersion().isEmpty() ? "" : " version " + request.getVersion();
        return new Failure(FailureCode.NOT_FOUND, "there is no graph " + request.getName() + version);
    }

    public static Failure noGraph(String name) {
        return new Failure(FailureCode.NOT_FOUND, "there is no graph " + name);
    }

    public static Failure otherGraph(GraphReference graph) {
        return new Failure(
                FailureCode.ALREADY_EXISTS,
                "graph " + graph.getName() + " version " + graph.getVersion()
                        + " is registered with other content; a version never changes: raise the version");
    }

    public static Failure noPolicySet(String digest) {
        return new Failure(FailureCode.NOT_FOUND, "there is no policy set " + digest);
    }

    public static Failure noTenant(String tenantId) {
        return new Failure(FailureCode.NOT_FOUND, "there is no tenant " + tenantId);
    }

    public static Failure otherTenant(String tenantId) {
        return new Failure(
                FailureCode.ALREADY_EXISTS,
                "tenant " + tenantId
                        + " is there already, with another name, creator or quotas; only quotas change, by an update");
    }

    /** Also for what is another tenant's, and where there is no such tenant: the words must not tell. */
    public static Failure noApiKey(String keyId) {
        return new Failure(FailureCode.NOT_FOUND, "there is no API key " + keyId);
    }

    /** Also for what is another tenant's: the words must not tell. */
    public static Failure otherApiKey(String keyId) {
        return new Failure(FailureCode.ALREADY_EXISTS, "key_id " + keyId + " is taken; make another");
    }

    public static Failure noPosition() {
        return invalid("position must be one that this stream has told, or 'oldest'");
    }

    /** Also for what is another tenant's, and what asks nobody: the words must not tell. */
    public static Failure noHumanTask(UUID execId) {
        return new Failure(FailureCode.NOT_FOUND, "there is no human task " + execId);
    }

    public static Failure closed(HumanTask task) {
        return new Failure(
                FailureCode.FAILED_PRECONDITION,
                "human task " + task.getExecId() + " was answered already, or is not asked any more");
    }

    public static Failure claimed(HumanTask task) {
        return new Failure(
                FailureCode.ALREADY_EXISTS,
                "human task " + task.getExecId() + " is claimed by " + task.getClaimedBy() + " until "
                        + ProtoTime.instant(task.getClaimedUntil()));
    }

    /** Also for what is another tenant's: the words must not tell. */
    public static Failure noWebhook() {
        return new Failure(FailureCode.NOT_FOUND, "there is no such webhook");
    }

    public static Failure tooManyWebhooks(int most) {
        return new Failure(
                FailureCode.FAILED_PRECONDITION,
                "there are " + most
                        + " webhooks, as many as a tenant may have (api.webhooks.max_per_tenant); delete one first");
    }

    public static Failure otherVersion(Webhook webhook) {
        return new Failure(
                FailureCode.STALE,
                "webhook " + webhook.getWebhookId() + " has changed since: its version is " + webhook.getVersion());
    }

    public static Failure tooManyDeliveries(int waiting) {
        return new Failure(
                FailureCode.FAILED_PRECONDITION,
                "there are " + waiting + " deliveries that wait for a try; wait until some have got through");
    }

    public static Failure notEnabled() {
        return new Failure(FailureCode.FAILED_PRECONDITION, "the webhook is not enabled; enable it first");
    }

    public static Failure noDelivery() {
        return new Failure(
                FailureCode.NOT_FOUND,
                "there is no such delivery; those that wait are kept, and the last 1,000 others");
    }

    public static Failure notHeld() {
        return new Failure(FailureCode.FENCED, "another process delivers for this webhook now, or it is not enabled");
    }

    public static Failure fenced() {
        return new Failure(FailureCode.FENCED, "another process has taken over the shards of this owner");
    }

    public static Failure otherEvents(UUID lifetimeId) {
        return new Failure(
                FailureCode.ALREADY_EXISTS,
                "lifetime " + lifetimeId + " has other events under these sequence numbers");
    }

    public static Failure hasEnded(UUID lifetimeId) {
        return new Failure(FailureCode.FAILED_PRECONDITION, "lifetime " + lifetimeId + " has ended");
    }

    public static Failure sliceExceeded() {
        return new Failure(
                FailureCode.UNAVAILABLE, "a budget's slice has less left than is to be set aside; ask for leave again");
    }

    public static Failure invalid(String what) {
        return new Failure(FailureCode.INVALID_ARGUMENT, what);
    }
}
