package io.ticktock.state;

import io.ticktock.proto.v1.AskedQuestion;
import io.ticktock.proto.v1.ClaimHumanTaskRequest;
import io.ticktock.proto.v1.HumanTask;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.ListHumanTasksRequest;
import io.ticktock.proto.v1.ListHumanTasksResponse;
import io.ticktock.proto.v1.Waiting;
import java.util.Optional;
import java.util.UUID;

/** Human tasks as every store shows them, and pages of them. */
public final class HumanTasks {

    /** A page ends behind the one that reaches this. */
    public static final int MOST_BYTES = 4 << 20;

    private static final int USUAL_LEASE_S = 600;
    private static final int LONGEST_LEASE_S = 86_400;

    private HumanTasks() {}

    /** @param event that asks it */
    public static HumanTask of(AskedQuestion question, String graphName, String graphVersion, LifetimeEvent event) {
        Waiting waiting = event.getWaiting();
        HumanTask.Builder task = HumanTask.newBuilder()
                .setTenantId(event.getTenantId())
                .setLifetimeId(event.getLifetimeId())
                .setExecId(question.getExecId())
                .setNodeId(question.getNodeId())
                .setGraphName(graphName)
                .setGraphVersion(graphVersion)
                .setRequest(waiting.getHuman())
                .setAskedAt(question.getAskedAt());
        if (waiting.hasTimeoutAt()) {
            task.setDeadline(waiting.getTimeoutAt());
        }
        return task.build();
    }

    public static int pageSize(ListHumanTasksRequest request) {
        return Pages.size(request.getPageSize());
    }

    /** For how long a claim is asked for. */
    public static int leaseS(ClaimHumanTaskRequest request) {
        int asked = request.getLeaseS();
        if (asked < 0 || asked > LONGEST_LEASE_S) {
            throw Refusal.invalid(
                    "lease_s must be 1 to " + LONGEST_LEASE_S + ", or 0 for " + USUAL_LEASE_S + ", not " + asked);
        }
        return asked == 0 ? USUAL_LEASE_S : asked;
    }

    public static String claimant(String actor) {
        if (actor.isEmpty()) {
            throw Refusal.invalid("actor is missing");
        }
        return actor;
    }

    /** The task, when what was asked of its claim is done; else throws why not. */
    public static HumanTask require(boolean isDone, HumanTask task) {
        if (isDone) {
            return task;
        }
        throw task.getClosed() ? Refusal.closed(task) : Refusal.claimed(task);
    }

    /** The lifetime that is asked for, if one is; one that is no id is refused. */
    public static Optional<UUID> lifetime(ListHumanTasksRequest request) {
        return request.getLifetimeId().isEmpty()
                ? Optional.empty()
                : Optional.of(Checks.lifetime(request.getLifetimeId()));
    }

    /** Behind which the page begins. */
    public static TimeCursor place(ListHumanTasksRequest request) {
        return Pages.place(list(request), request.getPageToken())
                .map(TimeCursor::parse)
                .orElse(TimeCursor.FIRST);
    }

    /** The same page, with the token of what is behind it. */
    public static ListHumanTasksResponse continued(ListHumanTasksRequest request, ListHumanTasksResponse.Builder page) {
        HumanTask last = page.getHumanTasks(page.getHumanTasksCount() - 1);
        TimeCursor place = TimeCursor.of(last.getAskedAt(), UUID.fromString(last.getExecId()));
        return page.setNextPageToken(Pages.token(list(request), place.toString()))
                .build();
    }

    private static ListHumanTasksRequest list(ListHumanTasksRequest request) {
        return request.toBuilder().clearPageSize().clearPageToken().build();
    }
}
