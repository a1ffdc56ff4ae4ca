package io.ticktock.mcp;

import io.ticktock.graph.expression.SecretReference;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where a server is. Its values may be references to secrets. */
public sealed interface ServerAddress {

    /** Values by name, of which whole ones may be references to secrets. */
    Map<String, String> values();

    /** Names of the secrets that it refers to. */
    default Set<String> secrets() {
        return values().values().stream()
                .flatMap(value -> SecretReference.name(value).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * A process of ours, which speaks over its standard input and output.
     *
     * @param command the program and its arguments
     * @param values its environment, besides the few variables that programs need to run at all
     */
    record Command(List<String> command, Map<String, String> values) implements ServerAddress {
        public Command {
            command = List.copyOf(command);
            values = Map.copyOf(values);
            if (command.isEmpty() || command.stream().anyMatch(part -> part.indexOf('\0') >= 0)) {
                throw new IllegalArgumentException("a command has a program, and no zero byte");
            }
        }
    }

    /**
     * A server elsewhere, which speaks over streamable HTTP.
     *
     * @param values headers
     */
    record Endpoint(URI url, Map<String, String> values) implements ServerAddress {
        public Endpoint {
            values = Map.copyOf(values);
            if (!Stream.of("http", "https").anyMatch(scheme -> scheme.equals(url.getScheme()))
                    || url.getHost() == null
                    || url.getUserInfo() != null
                    || url.getFragment() != null) {
                throw new IllegalArgumentException(
                        "must be a URL such as https://tools.example.com/mcp, without a user and a fragment");
            }
        }
    }
}
