package io.ticktock.api.operation;

import com.github.f4b6a3.uuid.UuidCreator;
import io.ticktock.api.access.Caller;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.AppendAuditRequest;
import io.ticktock.proto.v1.AuditEntry;
import io.ticktock.proto.v1.AuditOutcome;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notes who changed what, or was denied what. */
public final class AuditLog {

    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
    private static final int MOST_TEXT = 200;

    private final Bus bus;
    private final InstantSource clock;

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

    /** What has happened has happened: that it could not be noted is told loudly, and does not undo it. */
    private Future<Void> append(AuditEntry.Builder entry) {
        entry.setEntryId(UuidCreator.getTimeOrderedEpoch().toString()).setTime(ProtoTime.timestamp(clock.instant()));
        return bus.request(
                        Addresses.STATE_APPEND_AUDIT,
                        AppendAuditRequest.newBuilder().addEntries(entry).build())
                .<Void>mapEmpty()
                .onFailure(cause -> LOG.error(
                        "not in the audit log: {} {} by {} of tenant {} ({})",
                        entry.getAction(),
                        entry.getResource(),
                        entry.getActor(),
                        entry.getTenantId(),
                        entry.getOutcome()))
                .otherwiseEmpty();
    }
}
