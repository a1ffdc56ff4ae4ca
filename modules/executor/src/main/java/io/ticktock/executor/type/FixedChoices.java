package io.ticktock.executor.type;

import io.ticktock.graph.settings.FixedChoice;
import io.ticktock.sdk.Choice;
import io.ticktock.sdk.PlanContext;
import io.ticktock.sdk.Value;
import java.util.List;
import java.util.Optional;

/** Takes a choice that the graph has fixed. */
final class FixedChoices {

    private FixedChoices() {}

    static List<Choice> of(FixedChoice fixed, PlanContext context) {
        Optional<Value> input =
                fixed.input().map(given -> Value.json(given.evaluate(AttemptSettings.variables(context.settings()))));
        return fixed.next().stream().map(target -> new Choice(target, input)).toList();
    }
}
