package io.ticktock.guardrail.simulation;

import io.ticktock.proto.v1.FiredPolicy;
import io.ticktock.proto.v1.GuardrailAction;
import java.math.BigInteger;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** What a simulation has found so far. Sums do not overflow. */
public final class SimulationFigures {

    private final Map<String, Map<GuardrailAction, Long>> fired = new TreeMap<>();
    private final Map<GuardrailAction, Long> divergences = new EnumMap<>(GuardrailAction.class);
    private long lifetimes;
    private long forks;
    private long executions;
    private long judged;
    private long avoidedExecutions;
    private BigInteger avoidedTokens = BigInteger.ZERO;
    private BigInteger avoidedMicros = BigInteger.ZERO;

    void addLifetime(boolean isFork) {
        lifetimes++;
        forks += isFork ? 1 : 0;
    }

    void addExecution() {
        executions++;
    }

    void addJudged() {
        judged++;
    }

    void addFired(FiredPolicy policy) {
        fired.computeIfAbsent(policy.getName(), none -> new EnumMap<>(GuardrailAction.class))
                .merge(policy.getAction(), 1L, Long::sum);
    }

    void addDivergence(GuardrailAction draft) {
        divergences.merge(draft, 1L, Long::sum);
    }

    void addAvoided(long tokens, long micros) {
        avoidedExecutions++;
        avoidedTokens = avoidedTokens.add(BigInteger.valueOf(tokens));
        avoidedMicros = avoidedMicros.add(BigInteger.valueOf(micros));
    }

    /** How often each policy that fired did, by its name and by the action it then asked for. */
    public Map<String, Map<GuardrailAction, Long>> fired() {
        return Collections.unmodifiableMap(fired);
    }

    /** How many lifetimes first diverge by this action of the draft. */
    public long divergences(GuardrailAction draft) {
        return divergences.getOrDefault(draft, 0L);
    }

    public long lifetimes() {
        return lifetimes;
    }

    /** Those of the lifetimes that were forked from others, and are not judged. */
    public long forks() {
        return forks;
    }

    /** Accepted records that were read. */
    public long executions() {
        return executions;
    }

    /** Those of them that came before a divergence, and were judged. */
    public long judged() {
        return judged;
    }

    /** Executions that were begun behind a divergence by which something is rejected or stopped. */
    public long avoidedExecutions() {
        return avoidedExecutions;
    }

    public BigInteger avoidedTokens() {
        return avoidedTokens;
    }

    public BigInteger avoidedMicros() {
        return avoidedMicros;
    }
}
