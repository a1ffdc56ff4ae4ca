package io.ticktock.testkit;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.PlanResult;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.state.References;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Rows of a database that say what happened, in any order: all of them, or all of some lifetimes. The keys are those of
 * the rows, not of the messages in them, which should say the same.
 *
 * @param lifetimes of the table {@code lifetimes}
 * @param events of the table {@code lifetime_events}
 * @param executions of the tables {@code task_executions} and {@code plan_executions}
 * @param waits empty when they have not been read
 */
public record History(List<Lifetime> lifetimes, List<Event> events, List<Execution> executions, Optional<Waits> waits) {

    public History {
        lifetimes = List.copyOf(lifetimes);
        events = List.copyOf(events);
        executions = List.copyOf(executions);
    }

    public History(List<Lifetime> lifetimes, List<Event> events, List<Execution> executions) {
        this(lifetimes, events, executions, Optional.empty());
    }

    public History withWaits(Waits read) {
        return new History(lifetimes, events, executions, Optional.of(read));
    }

    /** A lifetime, as it is named in every table. */
    public record Key(String tenantId, String lifetimeId) {}

    /** A head row, with what is in a column of its own: whether it is parked, and why it is in quarantine. */
    public record Lifetime(Key key, AgentLifetime head) {}

    /**
     * A row of the log.
     *
     * @param durableAt when its commit was durable, where who kept it can tell; the event itself says when it was decided
     */
    public record Event(Key key, long seq, long epoch, LifetimeEvent event, Optional<Instant> durableAt) {

        public Event(Key key, long seq, long epoch, LifetimeEvent event) {
            this(key, seq, epoch, event, Optional.empty());
        }
    }

    /**
     * A record of an attempt, of either kind.
     *
     * @param digest by which the record is known again; empty when it is not known
     * @param arrived the executions that a Plan read
     * @param blobs what its result is kept in
     */
    public record Execution(
            Key key,
            String execId,
            ExecutionHeaders headers,
            PolicyTelemetry telemetry,
            ByteString digest,
            List<String> arrived,
            List<BlobReference> blobs) {

        public static Execution of(Key key, String execId, TaskExecution task) {
            return new Execution(
                    key,
                    execId,
                    task.getHeaders(),
                    task.getTelemetry(),
                    References.to(task).getRecordDigest(),
                    List.of(),
                    blobs(Stream.of(task.getResult().getPayload())));
        }

        public static Execution of(Key key, String execId, PlanExecution plan) {
            PlanResult result = plan.getResult();
            List<BlobReference> blobs = result.hasPackedInputs()
                    ? List.of(result.getPackedInputs().getBlob())
                    : blobs(result.getInputsList().stream());
            return new Execution(
                    key,
                    execId,
                    plan.getHeaders(),
                    plan.getTelemetry(),
                    References.to(plan).getRecordDigest(),
                    List.copyOf(plan.getArrivedExecIdsList()),
                    blobs);
        }

        private static List<BlobReference> blobs(Stream<Payload> payloads) {
            return payloads.filter(Payload::hasBlob).map(Payload::getBlob).toList();
        }
    }

    /**
     * The rows by which what waits goes on.
     *
     * @param questions those of the table {@code human_tasks} that are open
     */
    public record Waits(List<Timer> timers, List<PendingSignal> signals, List<Question> questions, List<Work> work) {

        public static final Waits NONE = new Waits(List.of(), List.of(), List.of(), List.of());

        public Waits {
            timers = List.copyOf(timers);
            signals = List.copyOf(signals);
            questions = List.copyOf(questions);
            work = List.copyOf(work);
        }
    }

    /** A row of the table {@code timers}. */
    public record Timer(Key key, Instant dueAt) {}

    /** A command that a lifetime has yet to answer. */
    public record PendingSignal(Key key, Signal signal) {}

    /** A row of the table {@code human_tasks}. */
    public record Question(Key key, String execId) {}

    /** A row of the table {@code waiting_work}. */
    public record Work(Key key, String execId) {}
}
