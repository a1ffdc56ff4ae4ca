package io.ticktock.llm;

import io.ticktock.llm.Conversation.Checked;
import io.ticktock.llm.Conversation.Outcome;
import io.ticktock.sdk.Choice;
import io.ticktock.sdk.PlanContext;
import io.ticktock.sdk.PlanHandler;
import io.ticktock.sdk.PlanOutcome;
import io.ticktock.sdk.PlanOutcome.Chosen;
import io.ticktock.sdk.PlanType;
import io.ticktock.sdk.Value;
import io.ticktock.sdk.running.Secrets;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Lets a model choose among the edges that leave the Plan, and nothing else. */
final class LlmPlan implements PlanType {

    private static final int MOST_REASON_CHARS = 2_000;

    private final Llm llm;

    LlmPlan(Llm llm) {
        this.llm = llm;
    }

    @Override
    public String name() {
        return "llm";
    }

    @Override
    public PlanHandler handler() {
        return this::decide;
    }

    @Override
    public boolean readsArrivals() {
        return false;
    }

    private CompletionStage<PlanOutcome> decide(PlanContext context) {
        Provider provider;
        Map<String, Object> settings;
        try {
            provider = llm.provider(context.attempt(), context.settings().get("provider"));
            settings = withChoices(context);
        } catch (LlmFault e) {
            return fallBack(context, e, Secrets.NONE).toCompletionStage();
        }
        return llm.secrets(context.attempt(), provider)
                .compose(secrets -> ask(context, provider, secrets, settings))
                .toCompletionStage();
    }

    private Future<PlanOutcome> ask(
            PlanContext context, Provider provider, Secrets secrets, Map<String, Object> settings) {
        return Future.succeededFuture(provider.configuration())
                .map(new AskReader(settings, llm.attachments(provider, Value.NULL))::read)
                .compose(ask -> new Conversation(
                                llm.vertx(),
                                context.attempt(),
                                provider,
                                secrets,
                                (asked, answer) -> check(context, asked, answer))
                        .hold(ask))
                .map(outcome -> chosen(context, secrets, outcome))
                .recover(cause -> cause instanceof LlmFault fault
                        ? fallBack(context, fault, secrets)
                        : Future.failedFuture(cause));
    }

    /** What the graph says, with what can be chosen in words and as a schema. */
    private static Map<String, Object> withChoices(PlanContext context) {
        Map<?, ?> choices = choices(context);
        StringBuilder system = new StringBuilder();
        Optional.ofNullable(context.settings().get("system"))
                .ifPresent(text -> system.append(text).append("\n\n"));
        system.append(
                "Choose what comes next, and answer with JSON alone: next is one of these names, reason says why in a"
                        + " sentence.\n");
        choices.forEach((name, choice) -> {
            Object description = AskReader.map(choice, "a choice").get("description");
            system.append("- ").append(name);
            if (description != null) {
                system.append(": ").append(description);
            }
            system.append('\n');
        });
        Map<String, Object> settings = new LinkedHashMap<>(context.settings().tree());
        settings.put("system", system.toString());
        settings.put("schema", schema(choices));
        settings.remove("tools");
        return settings;
    }

    private static Map<String, Object> schema(Map<?, ?> choices) {
        List<Object> branches = new ArrayList<>();
        List<Object> plain = new ArrayList<>();
        choices.forEach((name, choice) -> {
            Object schema = ((Map<?, ?>) choice).get("schema");
            if (schema == null) {
                plain.add(name);
            } else {
                branches.add(branch(List.of(name), Optional.of(schema)));
            }
        });
        if (branches.isEmpty()) {
            return branch(plain, Optional.empty());
        }
        if (!plain.isEmpty()) {
            branches.add(branch(plain, Optional.empty()));
        }
        return Map.of("anyOf", branches);
    }

    private static Map<String, Object> branch(List<?> names, Optional<Object> input) {
        Map<String, Object> properties = new LinkedHashMap<>();
        // In one order always: a call that is made again after a crash is to be the same to the letter.
        Map<String, Object> next = new LinkedHashMap<>();
        next.put("type", "string");
        next.put("enum", names);
        properties.put("next", next);
        properties.put("reason", Map.of("type", "string"));
        List<String> required = new ArrayList<>(List.of("next", "reason"));
        input.ifPresent(schema -> {
            properties.put("input", schema);
            required.add("input");
        });
        Map<String, Object> branch = new LinkedHashMap<>();
        branch.put("type", "object");
        branch.put("properties", properties);
        branch.put("required", required);
        branch.put("additionalProperties", false);
        return branch;
    }

    /** What no schema need be believed for: the name is one of the choices, and an edge leads there. */
    private Checked check(PlanContext context, Ask ask, Answer answer) {
        Checked checked = new AnswerCheck(llm.schemas(), Map.of()).check(ask, answer);
        if (!checked.faults().isEmpty()) {
            return checked;
        }
        Object next = checked.value() instanceof Map<?, ?> map ? map.get("next") : null;
        boolean isOffered = next instanceof String name
                && choices(context).containsKey(name)
                && context.targets().contains(name);
        return isOffered ? checked : new Checked(null, List.of("next is none of the choices"));
    }

    private static PlanOutcome chosen(PlanContext context, Secrets secrets, Outcome outcome) {
        Map<?, ?> answer = (Map<?, ?>) outcome.value();
        String next = (String) answer.get("next");
        Map<?, ?> choice = (Map<?, ?>) choices(context).get(next);
        Optional<Value> input = Optional.empty();
        if (choice.containsKey("schema")) {
            input = Optional.of(Value.json(secrets.redactedTree(answer.get("input"))));
        } else if (choice.containsKey("input")) {
            input = Optional.of(Value.json(choice.get("input")));
        }
        String reason = secrets.redacted(String.valueOf(answer.get("reason")));
        return new Chosen(List.of(new Choice(next, input)), shortened(reason));
    }

    private static String shortened(String reason) {
        return reason.substring(0, Math.min(reason.length(), MOST_REASON_CHARS));
    }

    /** Where the graph says what to do without a model's answer, that is done; a cancelled Plan decides nothing. */
    private static Future<PlanOutcome> fallBack(PlanContext context, LlmFault fault, Secrets secrets) {
        if (!(context.settings().get("fallback") instanceof Map<?, ?> fallback)
                || context.attempt().isCancelled()) {
            return Future.succeededFuture(fault.failed(secrets));
        }
        context.attempt().telemetry().measure("llm_fallbacks", 1);
        Optional<Value> input =
                fallback.containsKey("input") ? Optional.of(Value.json(fallback.get("input"))) : Optional.empty();
        return Future.succeededFuture(new Chosen(
                List.of(new Choice(String.valueOf(fallback.get("next")), input)),
                shortened("fallback: " + secrets.redacted(fault.getMessage()))));
    }

    private static Map<?, ?> choices(PlanContext context) {
        return AskReader.map(context.settings().get("choices"), "choices");
    }
}
