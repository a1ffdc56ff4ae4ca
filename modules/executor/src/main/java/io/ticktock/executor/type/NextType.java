package io.ticktock.executor.type;

import io.ticktock.graph.settings.NextSettings;
import io.ticktock.sdk.PlanContext;
import io.ticktock.sdk.PlanHandler;
import io.ticktock.sdk.PlanOutcome;
import io.ticktock.sdk.PlanType;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Always chooses the same. */
final class NextType implements PlanType {

    @Override
    public String name() {
        return "next";
    }

    @Override
    public PlanHandler handler() {
        return NextType::decide;
    }

    @Override
    public boolean readsArrivals() {
        return false;
    }

    private static CompletionStage<PlanOutcome> decide(PlanContext context) {
        NextSettings next = AttemptSettings.of(context.settings(), NextSettings.class);
        return CompletableFuture.completedFuture(PlanOutcome.choose(FixedChoices.of(next.choice(), context)));
    }
}
