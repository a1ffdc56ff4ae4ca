package io.ticktock.executor.type;

import io.ticktock.graph.expression.Template;
import io.ticktock.graph.expression.Variables;
import io.ticktock.graph.settings.MapSettings;
import io.ticktock.sdk.Choice;
import io.ticktock.sdk.HandlerFailure;
import io.ticktock.sdk.PlanContext;
import io.ticktock.sdk.PlanHandler;
import io.ticktock.sdk.PlanOutcome;
import io.ticktock.sdk.PlanType;
import io.ticktock.sdk.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Chooses one Task once for every element of a list. */
final class MapType implements PlanType {

    private final int maxFanOut;

    MapType(int maxFanOut) {
        this.maxFanOut = maxFanOut;
    }

    @Override
    public String name() {
        return "map";
    }

    @Override
    public PlanHandler handler() {
        return context -> CompletableFuture.completedFuture(decide(context));
    }

    @Override
    public boolean readsArrivals() {
        return false;
    }

    private PlanOutcome decide(PlanContext context) {
        MapSettings map = AttemptSettings.of(context.settings(), MapSettings.class);
        Variables variables = AttemptSettings.variables(context.settings());
        List<?> elements = elements(map, variables);
        List<Choice> choices = new ArrayList<>(elements.size());
        for (Object element : elements) {
            choices.add(Choice.of(map.next(), input(map.input(), variables, element, choices.size())));
        }
        return PlanOutcome.choose(choices);
    }

    private List<?> elements(MapSettings map, Variables variables) {
        if (!(map.over().evaluate(variables) instanceof List<?> elements)) {
            throw new HandlerFailure("expression_failed", "in " + map.over() + ": the value is no list", false);
        }
        if (elements.size() > maxFanOut) {
            throw new HandlerFailure(
                    "invalid_choice",
                    "the list has " + elements.size() + " elements; at most " + maxFanOut + " branches are possible",
                    false);
        }
        return elements;
    }

    private static Value input(Optional<Template> input, Variables variables, Object element, int index) {
        if (input.isEmpty()) {
            return Value.json(element);
        }
        Map<String, Object> extra = new HashMap<>();
        extra.put("item", element);
        extra.put("index", (long) index);
        return Value.json(input.get().evaluate(variables, extra));
    }
}
