package io.ticktock.executor;

import io.ticktock.executor.secret.SecretStore;
import io.ticktock.sdk.Choice;
import io.ticktock.sdk.Failed;
import io.ticktock.sdk.PlanOutcome;
import io.ticktock.sdk.PlanOutcome.Chosen;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskOutcome.Streamed;
import io.ticktock.sdk.TaskOutcome.Succeeded;
import io.ticktock.sdk.TaskOutcome.WaitingForAnswer;
import io.ticktock.sdk.TaskOutcome.WaitingForChild;
import io.ticktock.sdk.running.Secrets;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/** Gives attempts their tenant's secrets, and keeps these out of what the attempts make. */
final class AttemptSecrets {

    private final Vertx vertx;
    private final SecretStore store;

    AttemptSecrets(Vertx vertx, SecretStore store) {
        this.vertx = vertx;
        this.store = store;
    }

    /** The attempt has its secrets of these names; fails with one sentence that names the one which is missing. */
    Future<Secrets> give(HeldAttempt attempt, Set<String> names) {
        if (names.isEmpty()) {
            return Future.succeededFuture(Secrets.NONE);
        }
        return vertx.executeBlocking(() -> store.find(attempt.tenantId(), names), false)
                .onSuccess(attempt::use);
    }

    /** What a Task's handler made, without the attempt's secrets; fails where they cannot be taken out. */
    static Future<TaskOutcome> hidden(HeldAttempt attempt, TaskOutcome outcome) {
        Secrets secrets = attempt.secrets();
        return hidden(attempt, outcome, () -> hidden(secrets, outcome));
    }

    /** What a Plan's handler made, without the attempt's secrets; fails where they cannot be taken out. */
    static Future<PlanOutcome> hidden(HeldAttempt attempt, PlanOutcome outcome) {
        Secrets secrets = attempt.secrets();
        return hidden(attempt, outcome, () -> hidden(secrets, outcome));
    }

    /** Looking through a value may take long. */
    private static <O> Future<O> hidden(HeldAttempt attempt, O outcome, Callable<O> work) {
        return attempt.secrets().isEmpty() ? Future.succeededFuture(outcome) : attempt.future(attempt.onWorker(work));
    }

    private static TaskOutcome hidden(Secrets secrets, TaskOutcome outcome) {
        if (outcome instanceof Succeeded success) {
            return TaskOutcome.success(secrets.redacted(success.value()));
        }
        if (outcome instanceof Streamed streamed) {
            return TaskOutcome.stream(streamed.mediaType(), secrets.guarded(streamed.content()));
        }
        if (outcome instanceof Failed failed) {
            return hidden(secrets, failed);
        }
        if (outcome instanceof WaitingForAnswer person) {
            secrets.requireNoneIn(person.request().toByteString());
        }
        if (outcome instanceof WaitingForChild child) {
            secrets.requireNoneIn(child.request().toByteString());
        }
        return outcome;
    }

    private static PlanOutcome hidden(Secrets secrets, PlanOutcome outcome) {
        if (outcome instanceof Failed failed) {
            return hidden(secrets, failed);
        }
        Chosen chosen = (Chosen) outcome;
        List<Choice> choices = new ArrayList<>(chosen.choices().size());
        for (Choice choice : chosen.choices()) {
            choices.add(new Choice(choice.target(), choice.input().map(secrets::redacted)));
        }
        return new Chosen(choices, secrets.redacted(chosen.explanation()));
    }

    private static Failed hidden(Secrets secrets, Failed failed) {
        return new Failed(
                secrets.redactedCode(failed.code()),
                secrets.redacted(failed.message()),
                failed.retryable(),
                failed.retryAfter());
    }
}
