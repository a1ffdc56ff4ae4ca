package io.ticktock.launcher.progress;

import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.Scheduled;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** All runs of one node in the scopes of one kind, however many branches there are. */
final class NodeRow {

    final String nodeId;
    final int depth;
    /** Nodes that run in the scopes that this node opened. */
    final List<NodeRow> inside = new ArrayList<>();

    private int runs;
    private int running;
    private int waiting;
    private int succeeded;
    private int failed;
    private int cancelled;
    private int attempt;
    private String waitsFor = "";
    private String error = "";
    private Instant startedAt;
    private Instant endedAt;

    NodeRow(String nodeId, int depth) {
        this.nodeId = nodeId;
        this.depth = depth;
    }

    void scheduled(Scheduled scheduled, Instant time) {
        if (scheduled.getAttempt() == 1) {
            runs++;
        } else {
            failed--;
        }
        if (running + waiting == 0) {
            startedAt = time;
        }
        attempt = scheduled.getAttempt();
        running++;
    }

    void waits(String what) {
        running--;
        waiting++;
        waitsFor = what;
    }

    void woken() {
        waiting--;
        running++;
    }

    void accepted(Accepted accepted, boolean wasWaiting, Instant time) {
        leave(wasWaiting, time);
        if (accepted.getStatus() == ExecutionStatus.EXECUTION_STATUS_SUCCEEDED) {
            succeeded++;
            return;
        }
        failed++;
        error = accepted.getError().getCode();
    }

    void cancelled(boolean wasWaiting, Instant time) {
        leave(wasWaiting, time);
        cancelled++;
    }

    private void leave(boolean wasWaiting, Instant time) {
        if (wasWaiting) {
            waiting--;
        } else {
            running--;
        }
        endedAt = time;
    }

    boolean isOpen() {
        return running + waiting > 0;
    }

    /** Such as {@code ● count  31 of 40  9 running  attempt 2}. */
    String text() {
        StringBuilder text = new StringBuilder(80);
        text.append(mark()).append(' ').append(nodeId);
        if (runs > 1) {
            text.append("  ").append(succeeded).append(" of ").append(runs);
        }
        count(text, running, "running");
        if (waiting > 0) {
            text.append("  ");
            if (waiting > 1) {
                text.append(waiting).append(' ');
            }
            text.append("waiting for ").append(waitsFor);
        }
        if (failed > 0) {
            count(text, failed, "failed");
            text.append(" (").append(error).append(')');
        }
        count(text, cancelled, "cancelled");
        if (attempt > 1) {
            text.append("  attempt ").append(attempt);
        }
        return text.toString();
    }

    private void count(StringBuilder text, int number, String what) {
        if (number == 0) {
            return;
        }
        text.append("  ");
        if (runs > 1) {
            text.append(number).append(' ');
        }
        text.append(what);
    }

    private char mark() {
        if (waiting > 0 && running == 0) {
            return '◌';
        }
        if (isOpen()) {
            return '●';
        }
        if (failed > 0) {
            return '✗';
        }
        return succeeded > 0 ? '✓' : '–';
    }

    /** From the first start of those that run, or of the latest run, until now or its end. */
    String elapsed(Instant now) {
        return time(Duration.between(startedAt, isOpen() ? now : endedAt));
    }

    private static String time(Duration duration) {
        long millis = Math.max(0, duration.toMillis());
        if (millis < 1_000) {
            return millis + " ms";
        }
        if (millis < 60_000) {
            return millis / 1_000 + "." + millis % 1_000 / 100 + " s";
        }
        long minutes = millis / 60_000;
        return minutes < 60 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min";
    }
}
