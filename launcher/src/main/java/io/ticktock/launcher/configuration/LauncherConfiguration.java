package io.ticktock.launcher.configuration;

import java.nio.file.Path;
import java.util.List;

/**
 * The configuration key {@code launcher}.
 *
 * @param dataFolder where database and blobs are
 * @param modules words of the modules to start
 * @param eventLoops threads that never block, 1 to 256
 * @param logLevel from which messages are logged
 */
public record LauncherConfiguration(Path dataFolder, List<String> modules, int eventLoops, LogLevel logLevel) {

    /** From the rarest to the most talkative. */
    public enum LogLevel {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    public LauncherConfiguration {
        if (modules.isEmpty()) {
            throw new IllegalArgumentException("launcher.modules must name at least one module");
        }
        if (eventLoops < 1 || eventLoops > 256) {
            throw new IllegalArgumentException("launcher.event_loops must be 1 to 256, not " + eventLoops);
        }
        modules = List.copyOf(modules);
    }
}
