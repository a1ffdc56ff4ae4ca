package io.ticktock.guardrail.policy;

import io.ticktock.graph.settings.Dollars;
import io.ticktock.proto.v1.Amounts;
import io.ticktock.proto.v1.BudgetMetric;
import io.ticktock.proto.v1.Totals;
import io.ticktock.proto.v1.WorstCase;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** What a budget counts. Money is in millionths of a US dollar. */
public enum Metric {
    EXECUTIONS(BudgetMetric.BUDGET_METRIC_EXECUTIONS, ""),
    TOKENS_USED(BudgetMetric.BUDGET_METRIC_TOKENS_USED, "max_tokens"),
    COST_USD(BudgetMetric.BUDGET_METRIC_COST_USD, "max_cost_usd");

    private final BudgetMetric proto;
    private final String declaredAs;

    Metric(BudgetMetric proto, String declaredAs) {
        this.proto = proto;
        this.declaredAs = declaredAs;
    }

    /** The metric of this name, as in {@code cost_usd}. */
    public static Optional<Metric> of(String word) {
        for (Metric metric : values()) {
            if (metric.word().equals(word)) {
                return Optional.of(metric);
            }
        }
        return Optional.empty();
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public BudgetMetric proto() {
        return proto;
    }

    /** What a node declares it as, for people. */
    public String declaredAs() {
        return declaredAs;
    }

    public long of(Amounts amounts) {
        return switch (this) {
            case EXECUTIONS -> amounts.getExecutions();
            case TOKENS_USED -> amounts.getTokensUsed();
            case COST_USD -> amounts.getCostMicros();
        };
    }

    public long of(Totals totals) {
        return switch (this) {
            case EXECUTIONS -> totals.getExecutions();
            case TOKENS_USED -> totals.getTokensUsed();
            case COST_USD -> totals.getCostMicros();
        };
    }

    public void set(Amounts.Builder amounts, long amount) {
        switch (this) {
            case EXECUTIONS -> amounts.setExecutions(amount);
            case TOKENS_USED -> amounts.setTokensUsed(amount);
            case COST_USD -> amounts.setCostMicros(amount);
        }
    }

    /** What one attempt uses at most, as its node declares it or as the price table makes of that; nothing when it does not. */
    public OptionalLong declared(WorstCase worst, Prices prices) {
        return switch (this) {
            case EXECUTIONS -> OptionalLong.of(1);
            case TOKENS_USED -> worst.hasTokensUsed() ? OptionalLong.of(worst.getTokensUsed()) : OptionalLong.empty();
            case COST_USD -> worst.hasCostMicros() ? OptionalLong.of(worst.getCostMicros()) : prices.cost(worst);
        };
    }

    /** The amount of this text, as files write it. */
    public OptionalLong parse(String text) {
        if (this == COST_USD) {
            return Dollars.parseMicros(text);
        }
        return text.matches("[0-9]{1,15}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }

    public String format(long amount) {
        return this == COST_USD ? Dollars.format(amount) : Long.toString(amount);
    }
}
