package io.ticktock.mcp;

import io.ticktock.graph.settings.Durations;
import java.time.Duration;
import java.util.Set;

/**
 * The configuration key {@code mcp.servers.NAME}.
 *
 * @param name as graphs name it
 * @param address where it is
 * @param tenants who may use it; {@link #ALL} for everybody
 * @param startTimeout until it has said what it can do
 * @param callTimeout for one request, where the node has no shorter timeout
 * @param pingInterval between two questions whether it still answers
 * @param maxMessageBytes of one message from it, and to it where it is a process
 * @param maxCalls requests at once; more are refused
 */
public record ServerConfiguration(
        String name,
        ServerAddress address,
        Set<String> tenants,
        Duration startTimeout,
        Duration callTimeout,
        Duration pingInterval,
        int maxMessageBytes,
        int maxCalls) {

    public static final String ALL = "*";

    private static final Duration LONGEST_START = Duration.ofMinutes(10);
    private static final Duration LONGEST_CALL = Duration.ofHours(24);
    private static final Duration LONGEST_PING = Duration.ofHours(1);

    public ServerConfiguration {
        tenants = Set.copyOf(tenants);
        check(name, !tenants.isEmpty(), "tenants", "a list of tenants, or * for all of them, not empty");
        checkDuration(name, "start_timeout", startTimeout, LONGEST_START);
        checkDuration(name, "call_timeout", callTimeout, LONGEST_CALL);
        checkDuration(name, "ping_interval", pingInterval, LONGEST_PING);
        check(
                name,
                maxMessageBytes >= 1_024 && maxMessageBytes <= 64 << 20,
                "max_message_bytes",
                "1024 to 67108864, not " + maxMessageBytes);
        check(name, maxCalls >= 1 && maxCalls <= 1_024, "max_calls", "1 to 1024, not " + maxCalls);
    }

    boolean isFor(String tenantId) {
        return tenants.contains(ALL) || tenants.contains(tenantId);
    }

    private static void checkDuration(String name, String key, Duration value, Duration longest) {
        check(
                name,
                !value.isNegative() && !value.isZero() && value.compareTo(longest) <= 0,
                key,
                "1ms to " + Durations.format(longest) + ", not " + Durations.format(value));
    }

    private static void check(String name, boolean holds, String key, String right) {
        if (!holds) {
            throw new IllegalArgumentException("mcp.servers." + name + "." + key + " must be " + right);
        }
    }
}
