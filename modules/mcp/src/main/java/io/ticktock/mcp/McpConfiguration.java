package io.ticktock.mcp;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The configuration key {@code mcp}.
 *
 * @param servers by name
 */
public record McpConfiguration(Map<String, ServerConfiguration> servers) {

    public static final McpConfiguration NONE = new McpConfiguration(Map.of());

    /** Each is a process of its own, with threads that watch it. */
    private static final int MOST_SERVERS = 32;

    public McpConfiguration {
        servers = Map.copyOf(servers);
        if (servers.size() > MOST_SERVERS) {
            throw new IllegalArgumentException(
                    "mcp.servers has " + servers.size() + " servers; a process has at most " + MOST_SERVERS);
        }
    }

    /** Of these servers. */
    public static McpConfiguration of(List<ServerConfiguration> servers) {
        return new McpConfiguration(
                servers.stream().collect(Collectors.toMap(ServerConfiguration::name, Function.identity())));
    }
}
