package io.ticktock.launcher.progress;

import io.ticktock.proto.v1.LifetimeEvent;
import java.io.PrintStream;
import java.time.Instant;

/** Shows a lifetime's progress while it is watched. Used by one thread. */
public sealed interface Progress permits LiveProgress, LineProgress {

    /** Drawn over on a terminal, plain lines otherwise. */
    static Progress on(PrintStream out, boolean live) {
        return live ? new LiveProgress(out) : new LineProgress(out);
    }

    /** The next event of the lifetime's log. */
    void take(LifetimeEvent event);

    /** Shows what has changed until now. */
    void show(Instant now);

    /** Leaves what is shown as it is, so that something else can be written below. */
    void settle(Instant now);
}
