package io.ticktock.launcher.fork;

import io.ticktock.sdk.Choice;
import io.ticktock.sdk.PlanContext;
import io.ticktock.sdk.PlanHandler;
import io.ticktock.sdk.PlanOutcome;
import io.ticktock.sdk.PlanType;
import io.ticktock.sdk.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The Plan type {@code fork.choose}: fans out to branches, whose ids begin with b, or takes one way, not back for ever. */
public final class ChoosePlan implements PlanType {

    private static final int MOST_ROUNDS = 2;

    @Override
    public String name() {
        return "fork.choose";
    }

    @Override
    public PlanHandler handler() {
        return context -> CompletableFuture.completedFuture(PlanOutcome.choose(choices(context)));
    }

    private static List<Choice> choices(PlanContext context) {
        List<String> read = context.arrivals().stream()
                .map(arrival -> arrival.value().bytes().toStringUtf8())
                .toList();
        int roll = HandlerRuns.roll(context.attempt(), read);
        context.attempt().telemetry().addTokens(1);
        List<String> branches = only(context.targets(), true);
        List<String> ways = only(context.targets(), false);
        if (branches.isEmpty() || (roll & 1) == 0) {
            boolean mayGoBack = context.attempt().iteration() < MOST_ROUNDS;
            String way = mayGoBack ? ways.get(roll / 2 % ways.size()) : ways.get(0);
            return List.of((roll & 4) == 0 ? Choice.of(way) : Choice.of(way, Value.json(read)));
        }
        List<Choice> chosen = new ArrayList<>();
        for (int branch = 0; branch <= roll / 2 % 2; branch++) {
            chosen.add(
                    Choice.of(branches.get((roll / 8 + branch) % branches.size()), Value.json(branch + "of" + roll)));
        }
        return chosen;
    }

    private static List<String> only(List<String> targets, boolean branches) {
        return targets.stream()
                .filter(target -> target.startsWith("b") == branches)
                .toList();
    }
}
