package io.ticktock.state;

import static io.ticktock.state.TestDatabase.failure;
import static io.ticktock.state.TestDatabase.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.bus.FailureCode;
import io.ticktock.state.GroupCommit.Limits;
import io.ticktock.state.GroupCommit.Pending;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GroupCommitTest {

    private static final String TENANT = "t";
    private static final Limits LIMITS = new Limits(10, 1_000, 4, 100, 2_000);

    /** Takes down what it is asked to write, and is done when the test says so. */
    private static final class HeldWriter implements GroupCommit.Writer<String, String> {
        private final List<List<String>> flushes = new ArrayList<>();
        private final Queue<Promise<Void>> held = new ArrayDeque<>();
        private List<Pending<String, String>> last = List.of();

        @Override
        public Future<Void> write(List<Pending<String, String>> rows) {
            flushes.add(rows.stream().map(Pending::row).toList());
            last = rows;
            Promise<Void> done = Promise.promise();
            held.add(done);
            return done.future();
        }

        void succeed() {
            last.forEach(row -> row.complete("done " + row.row()));
            held.remove().complete();
        }
    }

    private static final StateMeters METERS = new StateMeters(new SimpleMeterRegistry());

    private final HeldWriter writer = new HeldWriter();
    private Vertx vertx;
    private GroupCommit<String, String> lane;

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
        lane = new GroupCommit<>(vertx, "rows", LIMITS, METERS, writer);
    }

    @AfterEach
    void close() {
        result(vertx.close());
    }

    /** One turn of an event loop, and what it asked to be done right after. */
    private <T> T inOneTurn(Supplier<T> work) {
        Promise<T> done = Promise.promise();
        Context context = vertx.getOrCreateContext();
        context.runOnContext(nothing -> {
            T made = work.get();
            context.runOnContext(after -> done.complete(made));
        });
        return result(done.future());
    }

    private Future<String> submit(String row, long sizeBytes) {
        return inOneTurn(() -> lane.submit(TENANT, row, sizeBytes));
    }

    private List<Future<String>> submitAll(String... rows) {
        return inOneTurn(() ->
                Arrays.stream(rows).map(row -> lane.submit(TENANT, row, 1)).toList());
    }

    @Test
    void aLoneRowIsWrittenAtOnce() {
        Future<String> row = submit("a", 1);
        assertEquals(List.of(List.of("a")), writer.flushes);
        assertFalse(row.isComplete());
        writer.succeed();
        assertEquals("done a", result(row));
    }

    @Test
    void whatIsSubmittedInOneTurnIsFlushedTogether() {
        submitAll("a", "b", "c");
        assertEquals(List.of(List.of("a", "b", "c")), writer.flushes);
    }

    @Test
    void rowsGatherWhileAFlushIsInFlight() {
        List<Future<String>> rows = IntStream.range(0, 6)
                .mapToObj(i -> submit(Integer.toString(i), 1))
                .toList();
        writer.succeed();
        writer.succeed();
        writer.succeed();
        assertEquals(List.of(List.of("0"), List.of("1", "2", "3", "4"), List.of("5")), writer.flushes);
        assertTrue(rows.stream().allMatch(Future::succeeded));
    }

    @Test
    void aFlushHasItsBytes() {
        submit("a", 1);
        submit("b", 60);
        submit("c", 60);
        submit("d", 500);
        writer.succeed();
        writer.succeed();
        writer.succeed();
        writer.succeed();
        assertEquals(List.of(List.of("a"), List.of("b"), List.of("c"), List.of("d")), writer.flushes);
    }

    @Test
    void aFullQueueRefuses() {
        submit("in flight", 1);
        IntStream.range(0, 8)
                .forEach(i -> assertFalse(submit(Integer.toString(i), 1).isComplete()));
        assertEquals(FailureCode.OVERLOADED, failure(submit("one more", 1)).code());
        assertFalse(submitOf("other", "first", 1).isComplete());
        assertFalse(submitOf("third", "second", 1).isComplete());
        assertEquals(
                FailureCode.OVERLOADED, failure(submitOf("fourth", "third", 1)).code());
        writer.succeed();
        assertFalse(submit("now there is room", 1).isComplete());
    }

    @Test
    void tenantsTakeTurns() {
        submit("in flight", 1);
        IntStream.range(0, 6).forEach(i -> submit("t" + i, 1));
        submitOf("u", "u0", 1);
        submitOf("v", "v0", 1);
        submitOf("u", "u1", 1);
        for (int i = 0; i < 4; i++) {
            writer.succeed();
        }
        assertEquals(
                List.of(
                        List.of("in flight"),
                        List.of("t0", "u0", "v0", "t1"),
                        List.of("u1", "t2", "t3", "t4"),
                        List.of("t5")),
                writer.flushes);
    }

    private Future<String> submitOf(String tenantId, String row, long sizeBytes) {
        return inOneTurn(() -> lane.submit(tenantId, row, sizeBytes));
    }

    @Test
    void aQueueFullOfBytesRefuses() {
        submit("in flight", 1);
        submit("big", 700);
        assertEquals(FailureCode.OVERLOADED, failure(submit("bigger", 400)).code());
        assertFalse(submit("small", 100).isComplete());
        assertEquals(FailureCode.OVERLOADED, failure(submit("small, too", 50)).code(), "three quarters are taken");
        assertFalse(submitOf("other", "small", 50).isComplete());
    }

    @Test
    void aRowLargerThanTheQueueIsWrittenAlone() {
        submit("in flight", 1);
        assertFalse(submit("huge", 5_000).isComplete());
        writer.succeed();
        assertEquals(List.of("huge"), writer.flushes.get(1));
    }

    @Test
    void aBadRowFailsAlone() {
        List<Integer> sizes = new ArrayList<>();
        lane = new GroupCommit<>(vertx, "rows", new Limits(100, 1_000, 50, 1_000, 2_000), METERS, rows -> {
            sizes.add(rows.size());
            if (rows.stream().anyMatch(row -> row.row().equals("bad"))) {
                return Future.failedFuture(new PgException("no such thing", "ERROR", "22021", null));
            }
            rows.forEach(row -> row.complete("done"));
            return vertx.timer(1).mapEmpty();
        });
        List<Future<String>> rows = submitAll(IntStream.range(0, 33)
                .mapToObj(i -> i == 20 ? "bad" : Integer.toString(i))
                .toArray(String[]::new));
        result(Future.join(rows).otherwiseEmpty());
        for (int i = 0; i < rows.size(); i++) {
            assertEquals(i != 20, rows.get(i).succeeded(), "row " + i);
        }
        assertEquals(FailureCode.INVALID_ARGUMENT, failure(rows.get(20)).code());
        assertTrue(sizes.size() <= 2 + 2 * 6, "halves, not one by one: " + sizes);
    }

    @Test
    void aDefectOfOneRowFailsAlone() {
        lane = new GroupCommit<>(vertx, "rows", LIMITS, METERS, rows -> {
            if (rows.stream().anyMatch(row -> row.row().equals("bad"))) {
                throw new IllegalStateException("cannot be encoded");
            }
            rows.forEach(row -> row.complete("done"));
            return vertx.timer(1).mapEmpty();
        });
        List<Future<String>> rows = submitAll("first", "bad", "good");
        result(Future.join(rows).otherwiseEmpty());
        assertEquals(FailureCode.INTERNAL, failure(rows.get(1)).code());
        assertTrue(rows.get(2).succeeded());
    }

    @Test
    void aBrokenConnectionIsTriedAgain() {
        List<List<String>> flushes = new ArrayList<>();
        lane = new GroupCommit<>(vertx, "rows", LIMITS, METERS, rows -> {
            flushes.add(rows.stream().map(Pending::row).toList());
            if (flushes.size() <= 3) {
                return Future.failedFuture(ClosedConnectionException.INSTANCE);
            }
            rows.forEach(row -> row.complete("done"));
            return Future.succeededFuture();
        });
        assertEquals("done", result(lane.submit(TENANT, "a", 1)));
        assertEquals(4, flushes.size());
    }

    @Test
    void whatAnEarlierTryCompletedIsNotWrittenAgain() {
        List<List<String>> flushes = new ArrayList<>();
        lane = new GroupCommit<>(vertx, "rows", LIMITS, METERS, rows -> {
            flushes.add(rows.stream().map(Pending::row).toList());
            rows.get(0).complete("done");
            return vertx.timer(1).compose(fired -> Future.failedFuture(ClosedConnectionException.INSTANCE));
        });
        List<Future<String>> rows = submitAll("a", "b", "c");
        result(Future.all(rows));
        assertEquals(List.of(List.of("a", "b", "c"), List.of("b", "c"), List.of("c")), flushes);
    }

    @Test
    void patienceEnds() {
        lane = new GroupCommit<>(
                vertx,
                "rows",
                new Limits(10, 100, 10, 100, 50),
                METERS,
                rows -> Future.failedFuture(ClosedConnectionException.INSTANCE));
        assertEquals(
                FailureCode.UNAVAILABLE, failure(lane.submit(TENANT, "a", 1)).code());
    }

    @Test
    void closingWaitsForWhatWasTaken() {
        Future<String> first = submit("a", 1);
        Future<String> second = submit("b", 1);
        Future<Void> closed = lane.close();
        assertEquals(FailureCode.UNAVAILABLE, failure(submit("c", 1)).code());
        writer.succeed();
        assertFalse(closed.isComplete());
        writer.succeed();
        result(closed);
        assertTrue(first.succeeded() && second.succeeded());
        result(lane.close());
    }
}
