package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.*;
import io.ticktock.state.StateStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What every store tells of the logs of many lifetimes. */
public abstract class HistoryContract {

    @RegisterExtension
    final HeldStore held = new HeldStore(this::open);

    private final Random random = new Random(held.seed());
    private final StateSamples one = held.samples();
    private final StateSamples other = held.others();

    protected abstract StateStore open();

    @Test
    void everyEventOfATenantIsListedOnceInItsOrderWhateverThePages() {
        List<LifetimeEvent> expected = record(one, 30);
        record(other, 5);
        for (int size : List.of(1, 2, 7, 1 + random.nextInt(40), 0)) {
            assertEquals(expected, list(of(one).setPageSize(size)), "pages of " + size);
        }
        assertEquals(List.of(), list(ListHistoryRequest.newBuilder().setTenantId("nobody-" + held.seed())));
    }

    /** The store may hold what other tests left. */
    @Test
    void withoutATenantThoseOfAllAreListed() {
        List<LifetimeEvent> ofOne = record(one, 8);
        List<LifetimeEvent> ofOther = record(other, 8);
        for (int size : List.of(3, 0)) {
            Map<String, List<LifetimeEvent>> byTenant = new HashMap<>();
            for (LifetimeEvent event :
                    list(ListHistoryRequest.newBuilder().setPageSize(size).setGraphName("sample"))) {
                byTenant.computeIfAbsent(event.getTenantId(), none -> new ArrayList<>())
                        .add(event);
            }
            assertEquals(ofOne, byTenant.get(one.tenantId()));
            assertEquals(ofOther, byTenant.get(other.tenantId()));
        }
    }

    @Test
    void onlyLifetimesThatBeganInTheSpanOfTimeAreListed() {
        List<LifetimeEvent> all = record(one, 20);
        List<String> ids =
                all.stream().map(LifetimeEvent::getLifetimeId).distinct().toList();
        String border = ids.get(5 + random.nextInt(10));
        long millis = UUID.fromString(border).getMostSignificantBits() >>> 16;
        Timestamp at = StateSamples.time(Instant.ofEpochMilli(millis));
        Timestamp behind = StateSamples.time(Instant.ofEpochMilli(millis + 1));

        assertEquals(ofIds(all, ids, border, true), list(of(one).setSince(at)));
        assertEquals(ofIds(all, ids, border, false), list(of(one).setUntil(at)));
        assertEquals(
                all.stream()
                        .filter(event -> event.getLifetimeId().equals(border))
                        .toList(),
                list(of(one).setSince(at).setUntil(behind).setPageSize(2)));
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(held.store()
                                .listHistory(
                                        of(one).setSince(behind).setUntil(at).build()))
                        .code());
    }

    private static List<LifetimeEvent> ofIds(
            List<LifetimeEvent> events, List<String> ids, String border, boolean fromIt) {
        return events.stream()
                .filter(event -> (ids.indexOf(event.getLifetimeId()) >= ids.indexOf(border)) == fromIt)
                .toList();
    }

    @Test
    void lifetimesOfOneGraphAreListedAlone() {
        record(one, 10);
        String lifetimeId = one.lifetimeId();
        CreateLifetimeRequest.Builder start = one.start(held.fence(), lifetimeId).toBuilder();
        start.getDecisionBuilder().getHeadBuilder().getGraphBuilder().setName("rare");
        result(held.store().createLifetime(start.build()));
        record(one, 10);
        for (int size : List.of(2, 0)) {
            assertEquals(
                    start.getDecision().getEventsList(),
                    list(of(one).setGraphName("rare").setPageSize(size)));
        }
    }

    @Test
    void aPageIsBoundedInBytes() {
        String lifetimeId = held.create();
        String large = "x".repeat(3 << 20);
        for (long seq = 2; seq < 5; seq++) {
            LifetimeDecision.Builder decision = one.decision(lifetimeId, seq, 1);
            decision.getEventsBuilder(0).getScheduledBuilder().setNodeId(large);
            result(held.append(decision.build()));
        }
        ListHistoryResponse page = result(held.store().listHistory(of(one).build()));
        assertTrue(page.getSerializedSize() < 7 << 20, "the page has " + page.getSerializedSize() + " bytes");
        assertEquals(4, page.getAfterSeq());
        assertEquals(5, list(of(one)).size());
    }

    @Test
    void aWrongPlaceIsRefused() {
        LifetimeKey.Builder nowhere =
                LifetimeKey.newBuilder().setTenantId(one.tenantId()).setLifetimeId("x");
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(held.store().listHistory(of(one).setAfter(nowhere).build()))
                        .code());
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(held.store().listHistory(of(one).setPageSize(20_001).build()))
                        .code());
    }

    /** Another tenant's place leads to nothing of that tenant. */
    @Test
    void aPlaceOfAnotherTenantTellsNothing() {
        record(other, 3);
        ListHistoryResponse place =
                result(held.store().listHistory(of(other).setPageSize(1).build()));
        ListHistoryRequest request = of(one).setAfter(place.getAfter())
                .setAfterSeq(place.getAfterSeq())
                .build();
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(held.store().listHistory(request)).code());
    }

    private List<LifetimeEvent> record(StateSamples samples, int lifetimes) {
        List<LifetimeEvent> events = new ArrayList<>();
        for (int i = 0; i < lifetimes; i++) {
            String lifetimeId = samples.lifetimeId();
            CreateLifetimeRequest start = samples.start(held.fence(), lifetimeId);
            result(held.store().createLifetime(start));
            events.addAll(start.getDecision().getEventsList());
            long seq = 2;
            for (int decisions = random.nextInt(4); decisions > 0; decisions--) {
                LifetimeDecision decision =
                        samples.decision(lifetimeId, seq, 1 + random.nextInt(4)).build();
                result(held.append(decision));
                events.addAll(decision.getEventsList());
                seq += decision.getEventsCount();
            }
        }
        return events;
    }

    private static ListHistoryRequest.Builder of(StateSamples samples) {
        return ListHistoryRequest.newBuilder().setTenantId(samples.tenantId());
    }

    private List<LifetimeEvent> list(ListHistoryRequest.Builder request) {
        List<LifetimeEvent> listed = new ArrayList<>();
        ListHistoryResponse page = result(held.store().listHistory(request.build()));
        listed.addAll(events(page));
        while (page.hasAfter()) {
            page = result(held.store()
                    .listHistory(request.setAfter(page.getAfter())
                            .setAfterSeq(page.getAfterSeq())
                            .build()));
            listed.addAll(events(page));
        }
        request.clearAfter().clearAfterSeq();
        return listed;
    }

    private static List<LifetimeEvent> events(ListHistoryResponse page) {
        List<LifetimeEvent> events = new ArrayList<>();
        for (LifetimeLog log : page.getLogsList()) {
            ByteBuffer bytes = log.getEvents().asReadOnlyByteBuffer();
            while (bytes.hasRemaining()) {
                int size = bytes.getInt();
                try {
                    events.add(LifetimeEvent.parseFrom(bytes.slice().limit(size)));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                bytes.position(bytes.position() + size);
            }
        }
        return events;
    }
}
