package io.ticktock.api.delivery;

import io.micrometer.core.instrument.MeterRegistry;
import io.ticktock.api.webhook.WebhookConfiguration;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.InstantSource;

/** Delivers for webhooks, as many as it can hold, for as long as it runs. */
public final class WebhookVerticle extends VerticleBase {

    /** So often a lease is renewed before it runs out. */
    private static final int RENEWALS = 4;

    private static final long TICK_MS = 200;

    private final Bus bus;
    private final WebhookConfiguration configuration;
    private final InstantSource clock;
    private final DeliveryMeters meters;
    private WebhookSender sender;
    private Deliverer deliverer;

    public WebhookVerticle(Bus bus, WebhookConfiguration configuration, InstantSource clock, MeterRegistry meters) {
        this.bus = bus;
        this.configuration = configuration;
        this.clock = clock;
        this.meters = new DeliveryMeters(meters);
    }

    @Override
    public Future<?> start() {
        sender = new WebhookSender(vertx, configuration);
        deliverer = new Deliverer(
                bus,
                holderId -> new Round(bus, configuration, sender, clock, meters, holderId),
                clock,
                configuration.lease());
        meters.watch(deliverer::held, deliverer::waiting);
        vertx.setPeriodic(0, configuration.lease().toMillis() / RENEWALS, timer -> deliverer.claim());
        vertx.setPeriodic(TICK_MS, timer -> deliverer.look());
        return bus.subscribe(Addresses.API_WEBHOOK_CHANGED, changed -> deliverer.claim());
    }

    /** Others may go on at once. */
    @Override
    public Future<?> stop() {
        return deliverer.release().transform(released -> sender.close());
    }
}
