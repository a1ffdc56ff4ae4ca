package io.ticktock.launcher;

import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The flags of a span of time. */
final class TimeSpanOptions {

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "From then on: a time (2026-03-01T12:00:00Z), a date (UTC), or an age such as 7d, 12h, 30m.")
    private String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Before then; written like --since.")
    private String until;

    /** A span without beginning or end where none is given. */
    TimeSpan at(Instant now) {
        TimeSpan span = new TimeSpan(
                Optional.ofNullable(since).map(text -> PointInTime.parse("--since", text, now)),
                Optional.ofNullable(until).map(text -> PointInTime.parse("--until", text, now)));
        if (span.since().isPresent()
                && span.until().isPresent()
                && !span.since().get().isBefore(span.until().get())) {
            throw CommandFailure.usage("--since must be before --until, but is "
                    + span.since().get() + ", and --until " + span.until().get());
        }
        return span;
    }

    /** As {@link #at}; who gives no beginning is told to. */
    TimeSpan withBeginning(Instant now) {
        TimeSpan span = at(now);
        if (span.since().isEmpty()) {
            throw CommandFailure.usage("--since is missing; say from when on, such as --since 7d");
        }
        return span;
    }

    /**
     * From its start on, and before its end.
     *
     * @param since empty: from the beginning
     * @param until empty: without end
     */
    record TimeSpan(Optional<Instant> since, Optional<Instant> until) {}
}
