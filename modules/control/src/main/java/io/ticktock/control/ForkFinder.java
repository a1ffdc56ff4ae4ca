package io.ticktock.control;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.Lineage;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.ForkLifetimeRequest;
import io.ticktock.proto.v1.ForkOrigin;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.LoadLifetimeResponse;
import io.vertx.core.Future;
import java.util.List;

/** Finds the execution that a fork is asked for in the logs of its lifetime and of those which that shares. */
final class ForkFinder {

    private static final long NOWHERE = 0;

    private final LifetimeLoader loader;

    ForkFinder(LifetimeLoader loader) {
        this.loader = loader;
    }

    /**
     * NOT_FOUND when the tenant has no such lifetime, or that has accepted no such execution; STALE when it is not any more
     * as it was looked at.
     */
    Future<ForkPoint> find(ForkLifetimeRequest request) {
        if (!ExecutionIds.isExecId(request.getExecId())) {
            return Future.failedFuture(new Failure(
                    FailureCode.INVALID_ARGUMENT,
                    "exec_id must be a UUID in its 36-character form, as the list of executions shows it"));
        }
        LifetimeKey parent = LifetimeLoader.keyOf(request.getTenantId(), request.getParentLifetimeId());
        return loader.page(parent, 0)
                .map(first -> unchanged(request, first))
                .compose(first -> findFrom(request, parent, first, Long.MAX_VALUE, 1)
                        .map(found -> new ForkPoint(first.getLifetime().getGraph(), found.holder(), found.origin())));
    }

    private static LoadLifetimeResponse unchanged(ForkLifetimeRequest request, LoadLifetimeResponse parent) {
        List<Long> lookedAt = request.getIfLastSeqList();
        if (lookedAt.isEmpty() || lookedAt.contains(parent.getLifetime().getLastSeq())) {
            return parent;
        }
        throw GraphOrchestrator.stale(request.getParentLifetimeId());
    }

    private record Found(GraphReference holder, ForkOrigin origin) {}

    private Future<Found> findFrom(
            ForkLifetimeRequest request, LifetimeKey holder, LoadLifetimeResponse first, long upTo, int depth) {
        return seqIn(request.getExecId(), holder, first, upTo).compose(seq -> {
            if (seq != NOWHERE) {
                return Future.succeededFuture(found(first.getLifetime(), request.getExecId(), seq));
            }
            ForkOrigin shared = LifetimeLoader.startedOf(first).getFork();
            if (shared.getLifetimeId().isEmpty() || depth > Lineage.MOST_ANCESTORS) {
                return Future.failedFuture(new Failure(
                        FailureCode.NOT_FOUND,
                        "lifetime " + request.getParentLifetimeId() + " has accepted no execution "
                                + request.getExecId()));
            }
            LifetimeKey older = LifetimeLoader.keyOf(request.getTenantId(), shared.getLifetimeId());
            return loader.page(older, 0).compose(page -> findFrom(request, older, page, shared.getSeq(), depth + 1));
        });
    }

    private static Found found(AgentLifetime holder, String execId, long seq) {
        return new Found(
                holder.getGraph(),
                ForkOrigin.newBuilder()
                        .setLifetimeId(holder.getLifetimeId())
                        .setExecId(execId)
                        .setSeq(seq)
                        .build());
    }

    /** Where the log accepts the execution, no later than this. */
    private Future<Long> seqIn(String execId, LifetimeKey holder, LoadLifetimeResponse page, long upTo) {
        for (LifetimeEvent event : page.getEventsList()) {
            if (event.getSeq() > upTo) {
                return Future.succeededFuture(NOWHERE);
            }
            if (event.getAccepted().getExecId().equals(execId)) {
                return Future.succeededFuture(event.getSeq());
            }
        }
        return page.getMore()
                ? loader.page(holder, LifetimeLoader.lastSeq(page)).compose(next -> seqIn(execId, holder, next, upTo))
                : Future.succeededFuture(NOWHERE);
    }
}
