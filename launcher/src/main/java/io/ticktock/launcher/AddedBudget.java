package io.ticktock.launcher;

import io.ticktock.guardrail.policy.Metric;
import io.ticktock.proto.v1.Amounts;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** By how much the budgets of a lifetime are to be raised, as the command line says it. */
final class AddedBudget {

    private AddedBudget() {}

    /** Of texts such as {@code cost_usd=5}, one for a metric at most. */
    static Amounts parse(List<String> texts) {
        Map<Metric, Long> amounts = new EnumMap<>(Metric.class);
        for (String text : texts) {
            String[] parts = text.split("=", 2);
            Metric metric = Metric.of(parts[0])
                    .orElseThrow(() -> wrong(text, "there is no budget of " + parts[0] + "; use one of " + words()));
            OptionalLong amount = parts.length < 2 ? OptionalLong.empty() : metric.parse(parts[1]);
            if (amount.isEmpty() || amount.getAsLong() == 0) {
                throw wrong(text, "must be METRIC=AMOUNT with a plain number above 0, such as cost_usd=5");
            }
            if (amounts.put(metric, amount.getAsLong()) != null) {
                throw wrong(text, "is given twice");
            }
        }
        Amounts.Builder added = Amounts.newBuilder();
        amounts.forEach((metric, amount) -> metric.set(added, amount));
        return added.build();
    }

    private static CommandFailure wrong(String text, String why) {
        return CommandFailure.usage("--add-budget " + text + ": " + why);
    }

    private static String words() {
        return Arrays.stream(Metric.values()).map(Metric::word).collect(Collectors.joining(", "));
    }
}
