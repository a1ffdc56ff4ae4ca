package io.ticktock.launcher.simulation;

import com.google.protobuf.Message;
import io.ticktock.proto.v1.AppendDecisionRequest;
import io.ticktock.proto.v1.AppendOutcome;
import io.ticktock.proto.v1.CreateLifetimeRequest;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.LifetimeDecision;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.state.Recorded;
import io.ticktock.testkit.Evidence;
import io.ticktock.testkit.History;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Notes when events became durable, and what was said of records. */
final class StoreWitness {

    private final InstantSource clock;
    private final Map<Place, Instant> durableAt = new HashMap<>();
    private final List<Evidence.Append> appends = new ArrayList<>();

    private record Place(String lifetimeId, long seq) {}

    StoreWitness(InstantSource clock) {
        this.clock = clock;
    }

    /** Right before the rows. */
    Future<?> seeCommit(String method, Message request, Function<Message, Future<?>> store) {
        return store.apply(request).onSuccess(done -> {
            if (request instanceof AppendDecisionRequest append) {
                note(append.getDecision());
            } else if (request instanceof CreateLifetimeRequest create) {
                note(create.getDecision());
            }
        });
    }

    private void note(LifetimeDecision decision) {
        decision.getEventsList()
                .forEach(event ->
                        durableAt.putIfAbsent(new Place(event.getLifetimeId(), event.getSeq()), clock.instant()));
    }

    /** Right before who asks. */
    Future<?> hearAnswer(String method, Message request, Function<Message, Future<?>> store) {
        Future<?> answer = store.apply(request);
        if (request instanceof TaskExecution task) {
            answer.onSuccess(told ->
                    appends.add(Evidence.Append.of(keyOf(task.getHeaders()), task, answerOf((Recorded<?>) told))));
        } else if (request instanceof PlanExecution plan) {
            answer.onSuccess(told ->
                    appends.add(Evidence.Append.of(keyOf(plan.getHeaders()), plan, answerOf((Recorded<?>) told))));
        }
        return answer;
    }

    private static History.Key keyOf(ExecutionHeaders headers) {
        return new History.Key(headers.getTenantId(), headers.getLifetimeId());
    }

    private static Evidence.AppendAnswer answerOf(Recorded<?> told) {
        return told.outcome() == AppendOutcome.APPEND_OUTCOME_RECORDED
                ? Evidence.AppendAnswer.RECORDED
                : Evidence.AppendAnswer.SUPERSEDED;
    }

    List<Evidence.Append> appends() {
        return appends;
    }

    /** With the times at which events became durable. */
    List<History.Event> timed(List<History.Event> events) {
        return events.stream()
                .map(row -> new History.Event(
                        row.key(),
                        row.seq(),
                        row.epoch(),
                        row.event(),
                        Optional.ofNullable(durableAt.get(new Place(row.key().lifetimeId(), row.seq())))))
                .toList();
    }
}
