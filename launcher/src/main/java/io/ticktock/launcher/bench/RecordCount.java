package io.ticktock.launcher.bench;

import static io.ticktock.bus.Addresses.STATE_LIST_EXECUTIONS;

import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.ListExecutionsRequest;
import io.ticktock.proto.v1.ListExecutionsResponse;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Looks in the database whether every step of every lifetime was recorded, and none twice. Waits for the answers, so it
 * belongs on a command's own thread.
 */
public final class RecordCount {

    private static final int AT_ONCE = 64;
    private static final int PAGE = 200;
    private static final long LONGEST_CALL_S = 60;

    private final Bus bus;
    private final String tenantId;
    private final int steps;

    private long recorded;
    private long missing;
    private long doubled;

    /** @param steps how many executions each lifetime must have */
    public RecordCount(Bus bus, String tenantId, int steps) {
        this.bus = bus;
        this.tenantId = tenantId;
        this.steps = steps;
    }

    /** Adds up what these lifetimes have. */
    public void count(List<String> lifetimeIds) {
        for (int from = 0; from < lifetimeIds.size(); from += AT_ONCE) {
            List<String> some = lifetimeIds.subList(from, Math.min(from + AT_ONCE, lifetimeIds.size()));
            List<Future<ListExecutionsResponse>> firstPages =
                    some.stream().map(id -> list(id, "")).toList();
            for (int i = 0; i < some.size(); i++) {
                count(some.get(i), await(firstPages.get(i)));
            }
        }
    }

    private void count(String lifetimeId, ListExecutionsResponse firstPage) {
        Set<String> nodes = new HashSet<>();
        add(firstPage, nodes);
        String next = firstPage.getNextPageToken();
        while (!next.isEmpty()) {
            ListExecutionsResponse page = await(list(lifetimeId, next));
            add(page, nodes);
            next = page.getNextPageToken();
        }
        missing += steps - nodes.size();
    }

    private void add(ListExecutionsResponse page, Set<String> nodes) {
        for (ExecutionReference execution : page.getExecutionsList()) {
            recorded++;
            if (!nodes.add(execution.getHeaders().getNodeId())) {
                doubled++;
            }
        }
    }

    private Future<ListExecutionsResponse> list(String lifetimeId, String pageToken) {
        return bus.request(
                STATE_LIST_EXECUTIONS,
                ListExecutionsRequest.newBuilder()
                        .setTenantId(tenantId)
                        .setLifetimeId(lifetimeId)
                        .setPageSize(PAGE)
                        .setPageToken(pageToken)
                        .build());
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.await(LONGEST_CALL_S, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new Failure(FailureCode.UNAVAILABLE, "no answer within " + LONGEST_CALL_S + " s", e);
        }
    }

    /** Records found. */
    public long recorded() {
        return recorded;
    }

    /** Steps without a record. */
    public long missing() {
        return missing;
    }

    /** Records of a step that has another one. */
    public long doubled() {
        return doubled;
    }
}
