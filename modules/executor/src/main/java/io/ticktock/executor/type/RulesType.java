package io.ticktock.executor.type;

import io.ticktock.graph.expression.Variables;
import io.ticktock.graph.settings.RoutingRule;
import io.ticktock.graph.settings.RulesSettings;
import io.ticktock.sdk.PlanContext;
import io.ticktock.sdk.PlanHandler;
import io.ticktock.sdk.PlanOutcome;
import io.ticktock.sdk.PlanOutcome.Chosen;
import io.ticktock.sdk.PlanType;
import java.util.concurrent.CompletableFuture;

/** Lets the first rule decide whose condition holds. */
final class RulesType implements PlanType {

    @Override
    public String name() {
        return "rules";
    }

    @Override
    public PlanHandler handler() {
        return context -> CompletableFuture.completedFuture(decide(context));
    }

    @Override
    public boolean readsArrivals() {
        return false;
    }

    private static PlanOutcome decide(PlanContext context) {
        RulesSettings settings = AttemptSettings.of(context.settings(), RulesSettings.class);
        Variables variables = AttemptSettings.variables(context.settings());
        int number = 1;
        for (RoutingRule rule : settings.rules()) {
            if (rule.when().evaluateCondition(variables)) {
                return new Chosen(FixedChoices.of(rule.choice(), context), "rule " + number);
            }
            number++;
        }
        return new Chosen(FixedChoices.of(settings.otherwise(), context), "otherwise");
    }
}
