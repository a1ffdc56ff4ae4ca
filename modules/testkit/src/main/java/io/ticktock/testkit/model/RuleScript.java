package io.ticktock.testkit.model;

import io.ticktock.sdk.Json;
import io.ticktock.testkit.model.Reply.Answer;
import io.ticktock.testkit.model.Reply.Call;
import io.ticktock.testkit.model.Reply.Ending;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A script as data: a list of rules, of which the first that matches a request replies; where none does, what fits the
 * request is the answer.
 *
 * <p>A rule's {@code when} may name {@code model}, texts that {@code system} and {@code last} (the last message) hold, a tool
 * that it {@code offers}, and whether {@code after_tools} (the last message is a tool's result). Its {@code reply} has
 * {@code text}, {@code json} or {@code calls}, and may have {@code ending} and {@code pause_ms}; or {@code status},
 * {@code code} and {@code retry_after}; or {@code garbage}.
 */
public final class RuleScript implements Script {

    private static final String SHIPPED = "/io/ticktock/testkit/model/shipped.json";

    private final List<Rule> rules;

    private record Rule(Map<?, ?> when, Reply reply) {

        boolean matches(ModelRequest request) {
            return when.entrySet().stream().allMatch(condition -> {
                String wanted = String.valueOf(condition.getValue());
                return switch (String.valueOf(condition.getKey())) {
                    case "model" -> request.model().equals(wanted);
                    case "system" -> request.system().contains(wanted);
                    case "last" -> request.last().contains(wanted);
                    case "offers" -> request.tools().containsKey(wanted);
                    case "after_tools" ->
                        wanted.equals(String.valueOf(!request.toolResults().isEmpty()));
                    default -> throw new IllegalArgumentException("there is no condition " + condition.getKey());
                };
            });
        }
    }

    private RuleScript(List<Rule> rules) {
        this.rules = List.copyOf(rules);
    }

    /** Throws {@link io.ticktock.sdk.JsonException} or IllegalArgumentException. */
    public static RuleScript parse(String json) {
        List<Rule> rules = new ArrayList<>();
        for (Object element : list(map(Json.parse(json), "the script").get("rules"), "rules")) {
            Map<?, ?> rule = map(element, "a rule");
            rules.add(new Rule(map(rule.get("when"), "when"), reply(map(rule.get("reply"), "reply"))));
        }
        return new RuleScript(rules);
    }

    public static RuleScript read(Path file) {
        try {
            return parse(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException("the script cannot be read: " + file, e);
        }
    }

    /** What the graphs that ship are answered. */
    public static RuleScript shipped() {
        try (InputStream file = RuleScript.class.getResourceAsStream(SHIPPED)) {
            return parse(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("the script that ships cannot be read", e);
        }
    }

    @Override
    public Reply reply(ModelRequest request) {
        return rules.stream()
                .filter(rule -> rule.matches(request))
                .map(Rule::reply)
                .findFirst()
                .orElseGet(() -> FittingScript.INSTANCE.reply(request));
    }

    private static Reply reply(Map<?, ?> reply) {
        if (reply.get("garbage") instanceof String body) {
            return new Reply.Garbage(body);
        }
        if (reply.get("status") instanceof Long status) {
            OptionalLong retryAfter =
                    reply.get("retry_after") instanceof Long seconds ? OptionalLong.of(seconds) : OptionalLong.empty();
            return new Reply.Refusal(
                    status.intValue(), String.valueOf(reply.get("code")), "as the script says", retryAfter);
        }
        Answer answer = new Answer(text(reply), calls(reply.get("calls")), Ending.COMPLETE, Duration.ZERO);
        if (reply.get("ending") instanceof String ending) {
            answer = answer.ending(Ending.valueOf(ending));
        }
        return reply.get("pause_ms") instanceof Long millis ? answer.pausing(Duration.ofMillis(millis)) : answer;
    }

    private static String text(Map<?, ?> reply) {
        if (reply.containsKey("json")) {
            return Json.write(reply.get("json")).toStringUtf8();
        }
        return Optional.ofNullable(reply.get("text")).map(String::valueOf).orElse("");
    }

    private static List<Call> calls(Object value) {
        List<Call> calls = new ArrayList<>();
        if (value != null) {
            for (Object element : list(value, "calls")) {
                Map<?, ?> call = map(element, "a call");
                calls.add(Call.of(String.valueOf(call.get("name")), call.get("arguments")));
            }
        }
        return calls;
    }

    private static Map<?, ?> map(Object value, String what) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new IllegalArgumentException(what + " of the script is not an object");
    }

    private static List<?> list(Object value, String what) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw new IllegalArgumentException(what + " of the script is not a list");
    }
}
