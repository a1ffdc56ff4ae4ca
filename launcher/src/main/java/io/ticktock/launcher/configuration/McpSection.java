package io.ticktock.launcher.configuration;

import io.ticktock.graph.expression.SecretReference;
import io.ticktock.mcp.McpConfiguration;
import io.ticktock.mcp.ServerAddress;
import io.ticktock.mcp.ServerConfiguration;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the configuration key {@code mcp}: servers by the names that they are given there. */
final class McpSection {

    /** Of each server. */
    static final Set<String> KEYS = Set.of(
            "command",
            "args",
            "env.",
            "url",
            "headers.",
            "tenants",
            "start_timeout",
            "call_timeout",
            "ping_interval",
            "max_message_bytes",
            "max_calls");

    private static final String GROUP = "mcp.servers";
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration PING_INTERVAL = Duration.ofSeconds(30);
    private static final int MAX_MESSAGE_BYTES = 16 << 20;
    private static final int MAX_CALLS = 64;

    private final Settings settings;
    private final String name;

    private McpSection(Settings settings, String name) {
        this.settings = settings;
        this.name = name;
    }

    static McpConfiguration of(Settings settings) {
        return McpConfiguration.of(settings.names(GROUP).stream()
                .map(name -> new McpSection(settings, name).server())
                .toList());
    }

    private ServerConfiguration server() {
        return new ServerConfiguration(
                name,
                address(),
                has("tenants") ? Set.copyOf(settings.list(key("tenants"))) : Set.of("default"),
                duration("start_timeout", START_TIMEOUT),
                duration("call_timeout", CALL_TIMEOUT),
                duration("ping_interval", PING_INTERVAL),
                integer("max_message_bytes", MAX_MESSAGE_BYTES),
                integer("max_calls", MAX_CALLS));
    }

    private ServerAddress address() {
        boolean isCommand = has("command");
        if (isCommand == has("url")) {
            throw new IllegalArgumentException(GROUP + "." + name + " must have one of command, for a process of its"
                    + " own, and url, for a server elsewhere");
        }
        return isCommand ? command() : endpoint();
    }

    private ServerAddress command() {
        refuse("headers", "url");
        List<String> command = new ArrayList<>();
        command.add(settings.text(key("command")));
        if (has("args")) {
            command.addAll(settings.list(key("args")));
        }
        if (command.get(0).isEmpty()) {
            throw new IllegalArgumentException(key("command") + " must be a program, not empty");
        }
        return new ServerAddress.Command(command, values("env"));
    }

    private ServerAddress endpoint() {
        refuse("env", "command");
        if (has("args")) {
            throw new IllegalArgumentException(key("args") + " goes with command only; remove it");
        }
        String url = settings.text(key("url"));
        try {
            return new ServerAddress.Endpoint(new URI(url), values("headers"));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(key("url") + " " + e.getMessage() + ", not '" + url + "'", e);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    key("url") + " must be a URL such as https://tools.example.com/mcp, not '" + url + "'", e);
        }
    }

    private void refuse(String what, String other) {
        Optional<String> first = settings.texts(key(what)).keySet().stream().findFirst();
        if (first.isPresent()) {
            throw new IllegalArgumentException(
                    key(what) + "." + first.get() + " goes with " + other + " only; remove it");
        }
    }

    private Map<String, String> values(String what) {
        Map<String, String> values = settings.texts(key(what));
        values.forEach((field, value) -> {
            if (SecretReference.isMeant(value) && SecretReference.name(value).isEmpty()) {
                throw new IllegalArgumentException(
                        key(what) + "." + field + " is no reference to a secret: " + SecretReference.FORM);
            }
        });
        return values;
    }

    private Duration duration(String field, Duration absent) {
        return has(field) ? settings.duration(key(field)) : absent;
    }

    private int integer(String field, int absent) {
        return has(field) ? settings.integer(key(field)) : absent;
    }

    private boolean has(String field) {
        return settings.has(key(field));
    }

    private String key(String field) {
        return GROUP + "." + name + "." + field;
    }
}
