package io.ticktock.launcher.configuration;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The configuration key {@code launcher}.
 *
 * @param dataFolder where database and blobs are
 * @param modules words of the modules to start
 * @param eventLoops threads that never block, 1 to 256; when 0 is given, as many as suit this machine
 * @param health where health and metrics are told on a port of their own
 * @param scriptedModel whether a scripted language model, which is none, answers where no provider is configured
 * @param logLevel from which messages are logged
 */
public record LauncherConfiguration(
        Path dataFolder,
        List<String> modules,
        int eventLoops,
        Optional<HealthPort> health,
        boolean scriptedModel,
        LogLevel logLevel) {

    /** @param port 0 for any that is free */
    public record HealthPort(String host, int port) {

        private static final int LARGEST_PORT = 65_535;

        public HealthPort {
            if (port < 0 || port > LARGEST_PORT) {
                throw new IllegalArgumentException(
                        "launcher.health_port must be 0 to " + LARGEST_PORT + ", not " + port);
            }
        }
    }

    /** From the rarest to the most talkative. */
    public enum LogLevel {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    /** Every module has one; more of them would only hand messages to each other. */
    private static final int MOST_CHOSEN = 5;

    public LauncherConfiguration {
        if (modules.isEmpty()) {
            throw new IllegalArgumentException("launcher.modules must name at least one module");
        }
        if (eventLoops < 0 || eventLoops > 256) {
            throw new IllegalArgumentException("launcher.event_loops must be 0 to 256, not " + eventLoops);
        }
        eventLoops = eventLoops == 0 ? chosenFor(Runtime.getRuntime().availableProcessors()) : eventLoops;
        modules = List.copyOf(modules);
    }

    /** Half of the processors, since the database needs the others. */
    static int chosenFor(int processors) {
        return Math.max(1, Math.min(MOST_CHOSEN, processors / 2));
    }
}
