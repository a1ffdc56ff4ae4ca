package io.ticktock.api.operation;

import io.ticktock.api.ApiLimits;
import io.ticktock.api.event.EventFeed;
import io.ticktock.api.webhook.WebhookConfiguration;
import io.ticktock.api.worker.WorkerGateway;
import io.ticktock.bus.Bus;
import io.vertx.core.Vertx;

/** All there is to ask. */
public record Operations(
        GraphOperations graphs,
        LifetimeOperations lifetimes,
        HistoryOperations history,
        HumanTaskOperations humanTasks,
        BlobOperations blobs,
        PolicyOperations policies,
        SpendOperations spend,
        WebhookOperations webhooks,
        TenantOperations tenants,
        WorkerOperations workers) {

    public static Operations over(
            Vertx vertx,
            Bus bus,
            EventFeed feed,
            WorkerGateway workers,
            ApiLimits limits,
            WebhookConfiguration webhooks) {
        Drivers drivers = new Drivers(vertx, bus);
        return new Operations(
                new GraphOperations(bus),
                new LifetimeOperations(bus, drivers, feed, limits),
                new HistoryOperations(bus),
                new HumanTaskOperations(bus, drivers),
                new BlobOperations(bus),
                new PolicyOperations(bus),
                new SpendOperations(bus),
                new WebhookOperations(bus, webhooks),
                new TenantOperations(bus),
                new WorkerOperations(workers));
    }
}
