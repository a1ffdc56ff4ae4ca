package io.ticktock.api.operation;

import com.github.f4b6a3.uuid.UuidCreator;
import io.ticktock.api.access.Caller;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.ProtoTime;
import io.ticktock.bus.tenant.FairQueue;
import io.ticktock.proto.v1.AppendAuditRequest;
import io.ticktock.proto.v1.AuditEntry;
import io.ticktock.proto.v1.AuditOutcome;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notes who changed what, or was denied what. For one event loop. */
public final class AuditLog {

    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
    private static final int MOST_TEXT = 200;
    private static final int MOST_TOGETHER = 500;
    private static final int MOST_WAITING = 20_000;
    private static final int MOST_WAITING_OF_TENANT = 5_000;

    /** An entry, and who waits until it is durable. */
    private static final class Noting {
        final AuditEntry entry;
        final Promise<Void> noted = Promise.promise();

        Noting(AuditEntry entry) {
            this.entry = entry;
        }
    }

    private final Bus bus;
    private final InstantSource clock;
    private final FairQueue<Noting> waiting = new FairQueue<>();
    private boolean isAppending;

    public AuditLog(Bus bus, InstantSource clock) {
        this.bus = bus;
        this.clock = clock;
    }

    Future<Void> done(Caller caller, String action, String resource) {
        return append(entry(caller, action, resource).setOutcome(AuditOutcome.AUDIT_OUTCOME_DONE));
    }

    Future<Void> failed(Caller caller, String action, String resource, Failure why) {
        return append(entry(caller, action, resource)
                .setOutcome(AuditOutcome.AUDIT_OUTCOME_FAILED)
                .setReason(why.code().name().toLowerCase(Locale.ROOT)));
    }

    Future<Void> denied(Caller caller, String action, String resource) {
        return append(entry(caller, action, resource)
                .setOutcome(AuditOutcome.AUDIT_OUTCOME_DENIED)
                .setReason("permission_denied"));
    }

    /** Of who has no valid credential, it is only known where the request came from. */
    public Future<Void> unauthenticated(String remoteAddress, String action) {
        return append(AuditEntry.newBuilder()
                .setAction(shortened(action))
                .setRemoteAddress(remoteAddress)
                .setOutcome(AuditOutcome.AUDIT_OUTCOME_DENIED)
                .setReason("unauthenticated"));
    }

    private static AuditEntry.Builder entry(Caller caller, String action, String resource) {
        return AuditEntry.newBuilder()
                .setTenantId(caller.tenantId())
                .setActor(caller.actor())
                .setAction(action)
                .setResource(shortened(resource))
                .setRemoteAddress(caller.remoteAddress());
    }

    private static String shortened(String text) {
        return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT);
    }

    /** Noted once that is durable. What could not be noted is told loudly: what has happened has happened. */
    private Future<Void> append(AuditEntry.Builder entry) {
        entry.setEntryId(UuidCreator.getTimeOrderedEpoch().toString()).setTime(ProtoTime.timestamp(clock.instant()));
        Noting noting = new Noting(entry.build());
        if (waiting.size(entry.getTenantId()) >= MOST_WAITING_OF_TENANT || waiting.size() >= MOST_WAITING) {
            lost(List.of(noting), "too many entries wait to be noted");
            return Future.succeededFuture();
        }
        waiting.add(entry.getTenantId(), noting);
        if (!isAppending) {
            appendNext();
        }
        return noting.noted.future();
    }

    /** What comes while entries are on their way travels together next. */
    private void appendNext() {
        List<Noting> batch = new ArrayList<>();
        while (batch.size() < MOST_TOGETHER && !waiting.isEmpty()) {
            batch.add(waiting.poll());
        }
        isAppending = !batch.isEmpty();
        if (!isAppending) {
            return;
        }
        AppendAuditRequest.Builder request = AppendAuditRequest.newBuilder();
        batch.forEach(noting -> request.addEntries(noting.entry));
        bus.request(Addresses.STATE_APPEND_AUDIT, request.build())
                .onFailure(cause -> lost(batch, cause.getMessage()))
                .onComplete(done -> {
                    batch.forEach(noting -> noting.noted.complete());
                    appendNext();
                });
    }

    private static void lost(List<Noting> entries, String why) {
        for (Noting noting : entries) {
            LOG.error(
                    "not in the audit log ({}): {} {} by {} of tenant {}: {}",
                    why,
                    noting.entry.getAction(),
                    noting.entry.getResource(),
                    noting.entry.getActor(),
                    noting.entry.getTenantId(),
                    noting.entry.getOutcome());
        }
    }
}
