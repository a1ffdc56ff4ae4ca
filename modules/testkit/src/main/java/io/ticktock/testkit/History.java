package io.ticktock.testkit;

import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.TaskExecution;
import java.util.List;

/**
 * All rows of a database that say what happened, in any order. The keys are those of the rows, not of the messages in
 * them, which should say the same.
 *
 * @param lifetimes of the table {@code lifetimes}
 * @param events of the table {@code lifetime_events}
 * @param executions of the tables {@code task_executions} and {@code plan_executions}
 */
public record History(List<Lifetime> lifetimes, List<Event> events, List<Execution> executions) {

    public History {
        lifetimes = List.copyOf(lifetimes);
        events = List.copyOf(events);
        executions = List.copyOf(executions);
    }

    /** A lifetime, as it is named in every table. */
    public record Key(String tenantId, String lifetimeId) {}

    /** A head row. */
    public record Lifetime(Key key, AgentLifetime head) {}

    /** A row of the log. */
    public record Event(Key key, long seq, long epoch, LifetimeEvent event) {}

    /** A record of an attempt, of either kind. */
    public record Execution(Key key, String execId, ExecutionHeaders headers, PolicyTelemetry telemetry) {

        public static Execution of(Key key, String execId, TaskExecution task) {
            return new Execution(key, execId, task.getHeaders(), task.getTelemetry());
        }

        public static Execution of(Key key, String execId, PlanExecution plan) {
            return new Execution(key, execId, plan.getHeaders(), plan.getTelemetry());
        }
    }
}
