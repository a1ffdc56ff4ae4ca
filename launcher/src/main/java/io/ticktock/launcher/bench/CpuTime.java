package io.ticktock.launcher.bench;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Processor time of this process and of the embedded database, where the platform tells it. */
public final class CpuTime {

    private CpuTime() {}

    /**
     * Since the processes began; empty where it cannot be told.
     *
     * @param databasePid of the database's main process, when it runs on this machine
     */
    public static Optional<Duration> used(OptionalLong databasePid) {
        Optional<Duration> own = ProcessHandle.current().info().totalCpuDuration();
        if (databasePid.isEmpty()) {
            return own;
        }
        return own.map(time -> ProcessHandle.of(databasePid.getAsLong()).stream()
                .flatMap(main -> Stream.concat(Stream.of(main), main.descendants()))
                .flatMap(process -> process.info().totalCpuDuration().stream())
                .reduce(time, Duration::plus));
    }
}
