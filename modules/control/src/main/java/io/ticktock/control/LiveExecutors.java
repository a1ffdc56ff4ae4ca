package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Registration;
import io.ticktock.proto.v1.HeldExecutionsRequest;
import io.ticktock.proto.v1.HeldExecutionsResponse;
import io.ticktock.proto.v1.OpenWork;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The executors that live, as far as they have been heard of, and what they hold. Where there are several, none of them can
 * speak for the others: all are asked, and one that lives and does not answer may hold anything.
 *
 * <p>For one event loop.
 */
final class LiveExecutors {

    /** Executors tell every second that they are there. */
    static final Duration SILENCE = Duration.ofSeconds(5);
    /** Before that not all of them may have been heard. */
    static final Duration HEARING = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(LiveExecutors.class);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

    private final Bus bus;
    private final boolean areSeveral;
    private final LongSupplier nanoTime;
    private final Map<String, Long> heardAtNanos = new HashMap<>();
    private final long begunNanos;

    /**
     * What executors say.
     *
     * @param execIds those that one of them holds
     * @param areAll whether nobody else can hold one of the others
     */
    record Held(Set<String> execIds, boolean areAll) {}

    /** @param areSeveral whether there may be others than the one of this process */
    LiveExecutors(Bus bus, boolean areSeveral, LongSupplier nanoTime) {
        this.bus = bus;
        this.areSeveral = areSeveral;
        this.nanoTime = nanoTime;
        this.begunNanos = nanoTime.getAsLong();
    }

    /** Listens for them. In one process there is one, and nothing to listen for. */
    Future<?> start() {
        return areSeveral
                ? bus.<OpenWork>subscribe(Addresses.EXECUTOR_OPEN_WORK, this::heard)
                : Future.<Registration>succeededFuture();
    }

    void heard(OpenWork work) {
        heardAtNanos.put(work.getExecutorId(), nanoTime.getAsLong());
    }

    /** Which of these attempts executors have in hand. */
    Future<Held> held(Collection<String> execIds) {
        HeldExecutionsRequest request =
                HeldExecutionsRequest.newBuilder().addAllExecIds(execIds).build();
        if (!areSeveral) {
            return bus.request(Addresses.EXECUTOR_HELD, request)
                    .map(response -> new Held(Set.copyOf(response.getExecIdsList()), true));
        }
        long now = nanoTime.getAsLong();
        heardAtNanos.values().removeIf(heardAt -> now - heardAt > SILENCE.toNanos());
        boolean haveSpoken = now - begunNanos >= HEARING.toNanos();
        List<Future<HeldExecutionsResponse>> asked = heardAtNanos.keySet().stream()
                .map(executorId -> ask(executorId, request))
                .toList();
        return Future.join(asked)
                .transform(all -> Future.succeededFuture(together(asked, haveSpoken && all.succeeded())));
    }

    private Future<HeldExecutionsResponse> ask(String executorId, HeldExecutionsRequest request) {
        return bus.request(Addresses.EXECUTOR_HELD.at(executorId).within(LONGEST_WAIT), request)
                .onFailure(cause ->
                        LOG.debug("executor {} does not say what it holds: {}", executorId, cause.getMessage()));
    }

    private static Held together(List<Future<HeldExecutionsResponse>> asked, boolean areAll) {
        Set<String> held = new HashSet<>();
        for (Future<HeldExecutionsResponse> answer : asked) {
            if (answer.succeeded()) {
                held.addAll(answer.result().getExecIdsList());
            }
        }
        return new Held(held, areAll);
    }
}
