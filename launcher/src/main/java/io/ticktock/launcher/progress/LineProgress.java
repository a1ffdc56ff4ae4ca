package io.ticktock.launcher.progress;

import io.ticktock.proto.v1.LifetimeEvent;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** A plain line for each node that has changed, at most one a second for what changes all the time. */
final class LineProgress implements Progress {

    private static final Duration REPORT_EVERY = Duration.ofSeconds(1);

    private final PrintStream out;
    private final NodeTree tree = new NodeTree();
    private final Map<NodeRow, String> reported = new HashMap<>();
    private Instant reportedAt = Instant.MIN;

    LineProgress(PrintStream out) {
        this.out = out;
    }

    @Override
    public void take(LifetimeEvent event) {
        tree.take(event);
    }

    @Override
    public void show(Instant now) {
        if (now.isAfter(reportedAt.plus(REPORT_EVERY))) {
            settle(now);
        }
    }

    @Override
    public void settle(Instant now) {
        for (NodeRow row : tree.rows()) {
            String text = row.text();
            if (!text.equals(reported.put(row, text))) {
                out.println("  ".repeat(row.depth) + text + "  " + row.elapsed(now));
            }
        }
        out.flush();
        reportedAt = now;
    }
}
