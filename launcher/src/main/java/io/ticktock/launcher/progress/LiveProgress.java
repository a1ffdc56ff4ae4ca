package io.ticktock.launcher.progress;

import io.ticktock.proto.v1.LifetimeEvent;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A tree that is drawn over itself. */
final class LiveProgress implements Progress {

    /** What surely fits: the cursor cannot go up beyond the top of the window. */
    static final int MAX_LINES = 20;

    private static final Duration REDRAW_EVERY = Duration.ofMillis(80);
    private static final String ESC = "\u001b[";
    private static final String CLEAR_BELOW = ESC + "J";
    /** A line that is too long is cut, not wrapped: a wrapped one would be two lines to draw over. */
    private static final String WRAP_OFF = ESC + "?7l";

    private static final String WRAP_ON = ESC + "?7h";

    private final PrintStream out;
    private final NodeTree tree = new NodeTree();
    private Instant drawnAt = Instant.MIN;
    private int linesDrawn;

    LiveProgress(PrintStream out) {
        this.out = out;
    }

    @Override
    public void take(LifetimeEvent event) {
        tree.take(event);
    }

    @Override
    public void show(Instant now) {
        if (now.isAfter(drawnAt.plus(REDRAW_EVERY))) {
            draw(now);
        }
    }

    @Override
    public void settle(Instant now) {
        draw(now);
        linesDrawn = 0;
    }

    private void draw(Instant now) {
        List<String> lines = cut(tree.lines(now));
        StringBuilder text = new StringBuilder(1_024);
        if (linesDrawn > 0) {
            text.append(ESC).append(linesDrawn).append('A');
        }
        text.append('\r').append(CLEAR_BELOW).append(WRAP_OFF);
        lines.forEach(line -> text.append(line).append('\n'));
        text.append(WRAP_ON);
        out.print(text);
        out.flush();
        linesDrawn = lines.size();
        drawnAt = now;
    }

    private static List<String> cut(List<String> lines) {
        if (lines.size() <= MAX_LINES) {
            return lines;
        }
        int hidden = lines.size() - MAX_LINES + 1;
        List<String> newest = new ArrayList<>(lines.subList(hidden, lines.size()));
        newest.add(0, "… " + hidden + " nodes before");
        return newest;
    }
}
