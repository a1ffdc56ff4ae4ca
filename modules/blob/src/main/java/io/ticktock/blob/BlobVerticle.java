package io.ticktock.blob;

import io.micrometer.core.instrument.MeterRegistry;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.Registration;
import io.ticktock.bus.Service;
import io.ticktock.bus.tenant.TenantQuotas;
import io.ticktock.proto.v1.CheckRequest;
import io.ticktock.proto.v1.CheckResponse;
import io.ticktock.proto.v1.OpenBlobRequest;
import io.ticktock.proto.v1.OpenBlobResponse;
import io.ticktock.proto.v1.QuotaExcess;
import io.ticktock.proto.v1.WriteBlobRequest;
import io.ticktock.proto.v1.WriteBlobResponse;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves the blobs of one store on the bus, and collects its garbage from time to time. */
public final class BlobVerticle extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(BlobVerticle.class);

    /** What is stored does not get less by itself. */
    private static final int RETRY_STORED_S = 60;

    private final Bus bus;
    private final TenantQuotas quotas;
    private final BlobConfiguration configuration;
    private final BlobStore store;
    private final BlobManager manager;
    private final BlobCollector collector;
    private final BlobMeters meters;

    /**
     * The verticle starts and closes the store.
     *
     * @param meters where it counts what it does
     */
    public BlobVerticle(
            Bus bus, BlobConfiguration configuration, BlobStore store, InstantSource clock, MeterRegistry meters) {
        this.bus = bus;
        this.quotas = new TenantQuotas(request -> bus.request(Addresses.STATE_GET_QUOTAS, request));
        this.configuration = configuration;
        this.store = store;
        this.meters = new BlobMeters(meters);
        this.manager = new BlobManager(store, configuration, clock, this.meters);
        this.meters.watch(manager);
        this.collector = new BlobCollector(
                store, configuration, clock, request -> bus.request(Addresses.STATE_FIND_UNREFERENCED_BLOBS, request));
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(configuration.uploadIdle().toMillis() / 2, timer -> manager.expireIdle());
        vertx.setPeriodic(configuration.garbageInterval().toMillis(), timer -> collect());
        return store.start()
                .compose(ignored -> Future.all(
                        bus.serve(Addresses.BLOB_CHECK, this::check),
                        bus.serve(Addresses.BLOB_OPEN, this::open),
                        bus.serve(Addresses.BLOB_READ, manager::read)));
    }

    @Override
    public Future<?> stop() {
        return manager.close().eventually(collector::stop).eventually(store::close);
    }

    /** Ready when the storage answers. */
    private Future<CheckResponse> check(CheckRequest request) {
        return store.list(Optional.empty(), 1)
                .map(CheckResponse.newBuilder().setReady(true).build());
    }

    private Future<OpenBlobResponse> open(OpenBlobRequest request) {
        return requireRoom(request.getTenantId())
                .compose(has -> manager.open(request))
                .compose(upload -> serve(upload)
                        .map(OpenBlobResponse.newBuilder()
                                .setUploadId(upload.id())
                                .build()));
    }

    /** The tenant has stored less than it may. */
    private Future<Void> requireRoom(String tenantId) {
        return quotas.get(tenantId)
                .compose(known -> known.getStoredBytes() < known.getMostStoredBytes()
                        ? Future.succeededFuture()
                        : Future.failedFuture(Failure.quotaExceeded(QuotaExcess.newBuilder()
                                .setQuota("stored_bytes")
                                .setLimit(known.getMostStoredBytes())
                                .setObserved(known.getStoredBytes())
                                .setRetryAfterS(RETRY_STORED_S)
                                .build())));
    }

    private Future<Void> serve(Upload upload) {
        Future<Registration> serving = bus.serve(List.of(
                new Service<>(Addresses.BLOB_WRITE.at(upload.id()), request -> write(upload, request)),
                new Service<>(Addresses.BLOB_COMMIT.at(upload.id()), upload::commit),
                new Service<>(Addresses.BLOB_ABANDON.at(upload.id()), upload::abandon)));
        upload.closed().onComplete(ignored -> unregister(serving));
        return serving.mapEmpty();
    }

    private Future<WriteBlobResponse> write(Upload upload, WriteBlobRequest request) {
        return upload.write(request)
                .onSuccess(taken -> meters.written(request.getChunk().size()));
    }

    private static void unregister(Future<Registration> registration) {
        registration.compose(Registration::end).onFailure(cause -> LOG.warn("An ended upload is still served", cause));
    }

    private void noteRemoved(int count) {
        meters.removed(count);
        LOG.debug("Removed {} blobs that no record refers to", count);
    }

    private void collect() {
        collector
                .collect()
                .onSuccess(this::noteRemoved)
                .onFailure(cause -> LOG.warn("The search for unreferenced blobs goes on at its next turn", cause));
    }
}
