package io.ticktock.executor;

import io.ticktock.executor.http.HttpConfiguration;
import io.ticktock.executor.secret.SecretsConfiguration;
import java.time.Duration;

/**
 * How an executor works and where its bounds are.
 *
 * @param maxRunning attempts whose handlers run at once, 1 to 100,000
 * @param maxQueued attempts that wait for their start, 0 to 1,000,000; more are refused as overload
 * @param maxRemote attempts for workers outside at once, in their hands or waiting for one, 1 to 1,000,000; more wait
 *     in the data plane
 * @param workerThreads threads for handlers that block, 1 to 10,000
 * @param inlineLimitBytes larger results go to the blob store, 1 KiB to 16 MiB
 * @param maxInputBytes what one attempt's inputs may have together in memory, 1 KiB to 1 GiB
 * @param inputMemoryBytes what all attempts' inputs from the blob store may have together in memory, at least
 *     maxInputBytes, at most 64 GiB
 * @param cacheBytes for records and values that are needed again, 0 to 64 GiB
 * @param maxFanOut choices of one Plan, 1 to 1,000,000
 * @param handlerTimeout for a node without a timeout, so that a handler that hangs ends some time; 1 s to 365 days
 * @param http for Tasks of type http
 * @param secrets where those are that graphs refer to
 */
public record ExecutorConfiguration(
        int maxRunning,
        int maxQueued,
        int maxRemote,
        int workerThreads,
        int inlineLimitBytes,
        int maxInputBytes,
        long inputMemoryBytes,
        long cacheBytes,
        int maxFanOut,
        Duration handlerTimeout,
        HttpConfiguration http,
        SecretsConfiguration secrets) {

    public static final ExecutorConfiguration DEFAULT = new ExecutorConfiguration(
            1_024,
            8_192,
            16_384,
            16,
            1 << 20,
            64 << 20,
            256L << 20,
            128L << 20,
            100_000,
            Duration.ofHours(1),
            HttpConfiguration.DEFAULT,
            SecretsConfiguration.NONE);

    public ExecutorConfiguration {
        check("executor.max_running", maxRunning, 1, 100_000);
        check("executor.max_queued", maxQueued, 0, 1_000_000);
        check("executor.max_remote", maxRemote, 1, 1_000_000);
        check("executor.worker_threads", workerThreads, 1, 10_000);
        check("executor.inline_limit_bytes", inlineLimitBytes, 1 << 10, 16 << 20);
        check("executor.max_input_bytes", maxInputBytes, 1 << 10, 1 << 30);
        check("executor.input_memory_bytes", inputMemoryBytes, maxInputBytes, 64L << 30);
        check("executor.cache_bytes", cacheBytes, 0, 64L << 30);
        check("executor.max_fan_out", maxFanOut, 1, 1_000_000);
        check(
                "executor.handler_timeout (in seconds)",
                handlerTimeout.toSeconds(),
                1,
                Duration.ofDays(365).toSeconds());
    }

    private static void check(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + " must be " + least + " to " + most + ", not " + value);
        }
    }
}
