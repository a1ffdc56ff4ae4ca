package io.ticktock.llm;

import io.ticktock.sdk.Attempt;
import io.ticktock.sdk.running.Secrets;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A provider of models as this process uses it: what its tenants share, and what a call needs. */
final class Provider {

    /** What protocols put around a token of an answer. */
    private static final long WIRE_BYTES_A_BYTE = 32;

    private final Vertx vertx;
    private final HttpClient client;
    private final ProviderConfiguration configuration;
    private final LlmConfiguration bounds;
    private final PriceTable prices;
    private final AnswerMemory memory;
    private final Map<String, Limiter> limiters = new ConcurrentHashMap<>();

    Provider(
            Vertx vertx,
            HttpClient client,
            ProviderConfiguration configuration,
            LlmConfiguration bounds,
            PriceTable prices,
            AnswerMemory memory) {
        this.vertx = vertx;
        this.client = client;
        this.configuration = configuration;
        this.bounds = bounds;
        this.prices = prices;
        this.memory = memory;
    }

    ProviderConfiguration configuration() {
        return configuration;
    }

    Limiter limiter(String tenantId) {
        return limiters.computeIfAbsent(tenantId, tenant -> new Limiter(vertx, configuration, System::nanoTime));
    }

    Optional<Price> price(String model) {
        return prices.of(model);
    }

    String pricesVersion() {
        return prices.version();
    }

    ModelCall call(Attempt attempt, Secrets secrets) {
        return new ModelCall(configuration, bounds.maxAnswerBytes(), secrets, text -> {
            attempt.heartbeat();
            if (!text.isEmpty()) {
                attempt.delta(text);
            }
        });
    }

    /** @param idempotencyKey the same when the very same call is made again, after a crash */
    Wire wire(ModelCall call, Secrets secrets, String idempotencyKey) {
        return new Wire(
                vertx,
                client,
                "the provider " + configuration.name(),
                new Wire.Bounds(bounds.stall(), WIRE_BYTES_A_BYTE * bounds.maxAnswerBytes(), memory),
                idempotencyKey,
                secrets,
                call::fail);
    }
}
