package io.ticktock.testkit;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.state.References;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What is known of a run beside the rows of its lifetimes. Each part may be absent; the rules that need it then say
 * nothing.
 *
 * @param journal what clients asked for and were told: everything that was asked, or a lifetime that is there
 *     counts as one that nobody asked for
 * @param ledger what workers did outside
 * @param appends what executors were told when they had something recorded
 * @param blobs what is kept under a uri
 * @param budgets what is set aside and used of tenants' budgets, read together with the rows
 * @param readAt the time of the database when the rows were read
 */
public record Evidence(
        Optional<List<Operation>> journal,
        Optional<Ledger> ledger,
        List<Append> appends,
        Optional<Function<String, Optional<HeldBlob>>> blobs,
        Optional<Budgets> budgets,
        Optional<Instant> readAt,
        List<Fault> faults,
        Expectation expectation) {

    /** Nothing is known beside the rows. */
    public static final Evidence NONE = new Evidence(
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Expectation.NONE);

    public Evidence {
        journal = journal.map(List::copyOf);
        appends = List.copyOf(appends);
        faults = List.copyOf(faults);
    }

    public Evidence withJournal(List<Operation> told) {
        return new Evidence(Optional.of(told), ledger, appends, blobs, budgets, readAt, faults, expectation);
    }

    public Evidence withLedger(Ledger kept) {
        return new Evidence(journal, Optional.of(kept), appends, blobs, budgets, readAt, faults, expectation);
    }

    public Evidence withAppends(List<Append> told) {
        return new Evidence(journal, ledger, told, blobs, budgets, readAt, faults, expectation);
    }

    public Evidence withBlobs(Function<String, Optional<HeldBlob>> held) {
        return new Evidence(journal, ledger, appends, Optional.of(held), budgets, readAt, faults, expectation);
    }

    public Evidence withBudgets(Budgets read) {
        return new Evidence(journal, ledger, appends, blobs, Optional.of(read), readAt, faults, expectation);
    }

    public Evidence readAt(Instant time) {
        return new Evidence(journal, ledger, appends, blobs, budgets, Optional.of(time), faults, expectation);
    }

    public Evidence withFaults(List<Fault> fired) {
        return new Evidence(journal, ledger, appends, blobs, budgets, readAt, fired, expectation);
    }

    public Evidence expecting(Expectation least) {
        return new Evidence(journal, ledger, appends, blobs, budgets, readAt, faults, least);
    }

    /**
     * What a client asked for, and what it was told. Who asks again after it was told nothing may note every try, or
     * only the one operation and how it ended.
     *
     * @param asked which lifetime it was asked of, and as which tenant
     * @param identity by which it is found in the log. START: its idempotency key, or empty. PAUSE, RESUME, ABORT: the
     *     reason, of which each operation has its own. ANSWER: the exec_id whose question it answers
     * @param answered the lifetime that the answer names, under the tenant that it names; the same as was asked, if it
     *     names none
     * @param begun when it was asked, on one clock for the whole journal; 0 like {@code answeredAt} when there is none
     */
    public record Operation(
            Kind kind,
            Outcome outcome,
            History.Key asked,
            String identity,
            History.Key answered,
            long begun,
            long answeredAt) {

        public Operation(Kind kind, Outcome outcome, History.Key asked, String identity) {
            this(kind, outcome, asked, identity, asked, 0, 0);
        }

        boolean isTimed() {
            return begun != 0 || answeredAt != 0;
        }
    }

    public enum Kind {
        START,
        ANSWER,
        PAUSE,
        RESUME,
        ABORT
    }

    public enum Outcome {
        /** It is done, and durable. */
        OK,
        /** It is durable that it is to be done; by then there may be nothing left to be done. */
        LEFT,
        /** It was refused and never will be done. */
        FAILED,
        /** Nobody said anything, or something that leaves it open. */
        UNKNOWN
    }

    /**
     * What workers wrote down outside.
     *
     * @param nodes the ids of the nodes whose runs are written down, all of them
     * @param hasComparableTimes whether its times are of the clock by which events are decided and durable
     */
    public record Ledger(List<Effect> effects, Set<String> nodes, boolean hasComparableTimes) {

        public Ledger {
            effects = List.copyOf(effects);
            nodes = Set.copyOf(nodes);
        }
    }

    /**
     * One run of a handler.
     *
     * @param begunAt absent when that is not known
     * @param finished whether it came to its end
     */
    public record Effect(
            History.Key key,
            String execId,
            String idempotencyKey,
            int attempt,
            Optional<Instant> begunAt,
            boolean finished) {}

    /** What an executor was told of a record of an attempt. Any number of them may be about the same attempt. */
    public record Append(History.Key key, String execId, ByteString digest, AppendAnswer answer) {

        public static Append of(History.Key key, TaskExecution task, AppendAnswer answer) {
            return new Append(
                    key, task.getHeaders().getExecId(), References.to(task).getRecordDigest(), answer);
        }

        public static Append of(History.Key key, PlanExecution plan, AppendAnswer answer) {
            return new Append(
                    key, plan.getHeaders().getExecId(), References.to(plan).getRecordDigest(), answer);
        }
    }

    public enum AppendAnswer {
        RECORDED,
        SUPERSEDED,
        UNKNOWN
    }

    /** What a blob store has. */
    public record HeldBlob(long sizeBytes, ByteString sha256) {}

    /**
     * Budgets of tenants.
     *
     * @param limits of those that are reserved and whose whole span the rows cover
     */
    public record Budgets(List<Slice> slices, Map<BudgetKey, Long> limits) {

        public Budgets {
            slices = List.copyOf(slices);
            limits = Map.copyOf(limits);
        }
    }

    public record BudgetKey(String tenantId, String budget) {}

    public record SliceKey(BudgetKey budget, Instant bucket, String sliceId) {}

    /** A row of the table {@code budget_slices}. */
    public record Slice(SliceKey key, long granted, long reserved, long spent, long overdraft) {}

    /** A fault that was really brought about. */
    public record Fault(String name, Instant at) {}

    /**
     * What shows that something has happened at all.
     *
     * @param faults names of those that must have fired
     */
    public record Expectation(long leastAccepted, long leastDone, long leastEnded, Set<String> faults) {

        public static final Expectation NONE = new Expectation(0, 0, 0, Set.of());

        public Expectation {
            faults = Set.copyOf(faults);
        }
    }
}
