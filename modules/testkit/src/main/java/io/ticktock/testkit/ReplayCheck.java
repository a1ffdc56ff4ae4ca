package io.ticktock.testkit;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.ListLifetimesRequest;
import io.ticktock.proto.v1.ReplayLifetimeRequest;
import io.ticktock.proto.v1.ReplayLifetimeResponse;
import io.vertx.core.Future;

/** Has every lifetime of a tenant decided anew: a history that does not come out the same was not decided by its log. */
public final class ReplayCheck {

    private static final int MOST_TRIES = 50;

    private final Bus bus;
    private final String tenantId;

    public ReplayCheck(Bus bus, String tenantId) {
        this.bus = bus;
        this.tenantId = tenantId;
    }

    /** Succeeds with how many lifetimes there are; fails with an AssertionError at the first divergence. */
    public Future<Integer> requireAllAgree() {
        return page("");
    }

    private Future<Integer> page(String token) {
        ListLifetimesRequest request = ListLifetimesRequest.newBuilder()
                .setTenantId(tenantId)
                .setPageSize(200)
                .setPageToken(token)
                .build();
        return patiently(() -> bus.request(Addresses.STATE_LIST_LIFETIMES, request), MOST_TRIES)
                .compose(page -> {
                    Future<?> replayed = Future.succeededFuture();
                    for (AgentLifetime lifetime : page.getLifetimesList()) {
                        replayed = replayed.compose(before -> requireAgrees(lifetime.getLifetimeId()));
                    }
                    int count = page.getLifetimesCount();
                    return replayed.compose(all -> page.getNextPageToken().isEmpty()
                            ? Future.succeededFuture(count)
                            : page(page.getNextPageToken()).map(rest -> count + rest));
                });
    }

    private Future<ReplayLifetimeResponse> requireAgrees(String lifetimeId) {
        ReplayLifetimeRequest request = ReplayLifetimeRequest.newBuilder()
                .setTenantId(tenantId)
                .setLifetimeId(lifetimeId)
                .build();
        return patiently(() -> bus.request(Addresses.CONTROL_REPLAY, request), MOST_TRIES)
                .map(replayed -> {
                    if (replayed.hasDivergence()) {
                        throw new AssertionError("lifetime " + lifetimeId + ": " + replayed.getDivergence());
                    }
                    return replayed;
                });
    }

    private interface Question<R> {
        Future<R> ask();
    }

    /** A bus that a test makes faulty loses this as well. */
    private static <R> Future<R> patiently(Question<R> question, int tries) {
        return question.ask()
                .recover(cause -> tries > 1 && Failure.is(cause, FailureCode.UNAVAILABLE)
                        ? patiently(question, tries - 1)
                        : Future.failedFuture(cause));
    }
}
