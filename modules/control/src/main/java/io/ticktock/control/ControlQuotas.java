package io.ticktock.control;

import io.ticktock.proto.v1.Quotas;

/**
 * What each tenant may have where its own quotas do not say.
 *
 * @param runningLifetimes that have not ended, 1 and more
 * @param executionsInFlight attempts of built-in types in executors' hands, 1 and more
 * @param remoteExecutionsInFlight attempts of authors' types, 1 and more
 */
public record ControlQuotas(long runningLifetimes, long executionsInFlight, long remoteExecutionsInFlight) {

    public ControlQuotas {
        require("running_lifetimes", runningLifetimes);
        require("executions_in_flight", executionsInFlight);
        require("remote_executions_in_flight", remoteExecutionsInFlight);
    }

    /** Some room stays for others. */
    public static ControlQuotas standard() {
        return new ControlQuotas(100_000, 3_072, 12_288);
    }

    long runningLifetimesOf(Quotas own) {
        return own.hasRunningLifetimes() ? own.getRunningLifetimes() : runningLifetimes;
    }

    long executionsInFlightOf(Quotas own) {
        return own.hasExecutionsInFlight() ? own.getExecutionsInFlight() : executionsInFlight;
    }

    long remoteExecutionsInFlightOf(Quotas own) {
        return own.hasRemoteExecutionsInFlight() ? own.getRemoteExecutionsInFlight() : remoteExecutionsInFlight;
    }

    private static void require(String key, long value) {
        if (value < 1) {
            throw new IllegalArgumentException("control.quotas." + key + " must be at least 1, not " + value);
        }
    }
}
