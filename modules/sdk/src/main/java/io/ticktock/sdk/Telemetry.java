package io.ticktock.sdk;

import io.ticktock.proto.v1.ResourceUsage;

/** What an attempt consumed, for guardrails and reports. Amounts add up over the calls. May be used from any thread. */
public interface Telemetry {

    /** How many different measures one attempt may report. */
    int MAX_MEASURES = 64;

    /** Adds to the tokens that count against budgets; not negative. */
    void addTokens(long tokens);

    /** Adds to the cost, in millionths of a US dollar; not negative. */
    void addCostMicros(long micros);

    /** Adds to the raw consumption; no field may be negative. */
    void addUsage(ResourceUsage usage);

    /**
     * Sets a further measure by name.
     *
     * @param name lower_snake_case
     * @param value finite
     */
    void measure(String name, double value);
}
