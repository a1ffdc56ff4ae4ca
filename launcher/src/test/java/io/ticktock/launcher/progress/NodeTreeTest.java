package io.ticktock.launcher.progress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.proto.v1.ExecutionStatus;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeTreeTest {

    private final EventLog log = new EventLog();
    private final NodeTree tree = new NodeTree();

    @Test
    void aChainIsOneLinePerNode() {
        log.scheduled("1", "guess", "", 1, 1, 0).accepted("1", ExecutionStatus.EXECUTION_STATUS_SUCCEEDED, 5);
        log.scheduled("2", "good_enough", "", 1, 1, 5);

        assertEquals(List.of("✓ guess  5 ms", "● good_enough  running  15 ms"), lines(20));
    }

    @Test
    void aLoopIsCountedInItsLine() {
        for (int i = 1; i <= 3; i++) {
            long start = i * 10L;
            log.scheduled("t" + i, "improve", "", i, 1, start).accepted("t" + i, succeeded(), start + 2);
        }

        assertEquals(List.of("✓ improve  3 of 3  2 ms"), lines(99));
    }

    @Test
    void aFanOutHangsBelowItsPlanAndIsOneLineForAllBranches() {
        log.scheduled("s", "split", "", 1, 1, 0).accepted("s", succeeded(), 1);
        for (int i = 0; i < 5_000; i++) {
            log.scheduled("b" + i, "count", "/split#1:" + i, 1, 1, 2);
        }
        for (int i = 0; i < 4_000; i++) {
            log.accepted("b" + i, succeeded(), 10);
        }
        log.scheduled("i", "inner", "/split#1:4999", 1, 1, 10).accepted("i", succeeded(), 10);
        log.scheduled("n", "deep", "/split#1:4999/inner#1:0", 1, 1, 10);
        log.scheduled("j", "after", "/split#1~join", 1, 1, 11);

        assertEquals(
                List.of(
                        "✓ split  1 ms",
                        "├─ ● count  4000 of 5000  1000 running  1.9 s",
                        "└─ ✓ inner  0 ms",
                        "   └─ ● deep  running  1.9 s",
                        "● after  running  1.9 s"),
                lines(2_000));
    }

    @Test
    void aRetryShowsItsAttemptAndAFailureItsCode() {
        log.scheduled("1", "fetch", "", 1, 1, 0).failed("1", "http_503", 5);
        log.scheduled("2", "fetch", "", 1, 2, 5);
        assertEquals(List.of("● fetch  running  attempt 2  5 ms"), lines(10));

        log.failed("2", "http_404", 20);
        assertEquals(List.of("✗ fetch  failed (http_404)  attempt 2  15 ms"), lines(99));
    }

    @Test
    void waitingAndCancellingAreShown() {
        log.scheduled("1", "review", "", 1, 1, 0).waitingForAnswer("1", 3);
        assertEquals(List.of("◌ review  waiting for an answer  1 min"), lines(60_000));

        log.cancelled("1", 70_000);
        assertEquals(List.of("– review  cancelled  1 min"), lines(99_000));
    }

    @Test
    void plainLinesTellWhatChangedAndNotHowTimePasses() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Progress progress = Progress.on(new PrintStream(bytes, true, StandardCharsets.UTF_8), false);
        log.scheduled("1", "guess", "", 1, 1, 0);
        log.drain().forEach(progress::take);
        progress.show(EventLog.at(1));
        progress.show(EventLog.at(5_000));
        log.accepted("1", succeeded(), 6_000);
        log.drain().forEach(progress::take);
        progress.show(EventLog.at(6_001));
        progress.show(EventLog.at(6_002));

        assertEquals("● guess  running  1 ms\n✓ guess  6.0 s\n", bytes.toString(StandardCharsets.UTF_8));
    }

    @Test
    void theLiveTreeIsDrawnOverItselfAndNeverHigherThanAWindow() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Progress progress = Progress.on(new PrintStream(bytes, true, StandardCharsets.UTF_8), true);
        for (int i = 0; i < 50; i++) {
            log.scheduled("e" + i, "node_" + i, "", 1, 1, i).accepted("e" + i, succeeded(), i);
        }
        log.drain().forEach(progress::take);
        progress.show(EventLog.at(1_000));
        String first = bytes.toString(StandardCharsets.UTF_8);
        bytes.reset();
        progress.show(EventLog.at(2_000));
        String second = bytes.toString(StandardCharsets.UTF_8);

        assertEquals(
                LiveProgress.MAX_LINES, first.chars().filter(c -> c == '\n').count());
        assertTrue(first.contains("… 31 nodes before"), first);
        assertTrue(second.startsWith("\u001b[" + LiveProgress.MAX_LINES + "A"), second);
    }

    private List<String> lines(long nowMs) {
        log.drain().forEach(tree::take);
        Instant now = EventLog.at(nowMs);
        return tree.lines(now);
    }

    private static ExecutionStatus succeeded() {
        return ExecutionStatus.EXECUTION_STATUS_SUCCEEDED;
    }
}
