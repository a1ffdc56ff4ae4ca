package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.google.protobuf.Timestamp;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.*;
import io.ticktock.state.StateStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How every store lists the lifetimes of a tenant. */
public abstract class LifetimeListContract {

    @RegisterExtension
    final HeldStore held = new HeldStore(this::open);

    private final StateSamples samples = held.samples();
    private final StateSamples others = held.others();

    protected abstract StateStore open();

    @Test
    void lifetimesAreListedNewestFirst() {
        List<String> created =
                IntStream.range(0, 7).mapToObj(i -> held.create()).toList();
        held.end(created.get(2));
        result(held.store().createLifetime(others.start(held.fence(), others.lifetimeId())));
        List<String> newestFirst = newestFirst(created);
        assertEquals(newestFirst, list(lifetimesOf(samples).setPageSize(3)));
        assertEquals(newestFirst, list(lifetimesOf(samples)));
        assertEquals(
                List.of(created.get(2)),
                list(lifetimesOf(samples).setStatus(LifetimeStatus.LIFETIME_STATUS_COMPLETED)));
        assertEquals(7, list(lifetimesOf(samples).setGraphName("sample")).size());
        assertEquals(List.of(), list(lifetimesOf(samples).setGraphName("another")));
    }

    @Test
    void lifetimesAreFoundByTheirLabels() {
        String red = createLabelled(Map.of("team", "red", "tier", "1"));
        String blue = createLabelled(Map.of("team", "blue", "tier", "1"));
        String again = createLabelled(Map.of("team", "red", "tier", "2"));
        createLabelled(Map.of());
        assertEquals(List.of(again, red), list(lifetimesOf(samples).putLabels("team", "red")));
        assertEquals(
                List.of(again, red),
                list(lifetimesOf(samples).putLabels("team", "red").setPageSize(1)));
        assertEquals(List.of(blue, red), list(lifetimesOf(samples).putLabels("tier", "1")));
        assertEquals(
                List.of(red), list(lifetimesOf(samples).putLabels("tier", "1").putLabels("team", "red")));
        assertEquals(List.of(), list(lifetimesOf(samples).putLabels("team", "green")));
        assertEquals(List.of(), list(lifetimesOf(samples).putLabels("red", "team")));
        assertEquals(List.of(), list(lifetimesOf(others).putLabels("team", "red")));
        LifetimeDecision.Builder ending = samples.ending(red).toBuilder();
        ending.getHeadBuilder().putLabels("team", "red").putLabels("tier", "1");
        result(held.append(ending.build()));
        assertEquals(
                List.of(red),
                list(lifetimesOf(samples)
                        .putLabels("team", "red")
                        .setStatus(LifetimeStatus.LIFETIME_STATUS_COMPLETED)));
        assertEquals(
                List.of(), list(lifetimesOf(samples).putLabels("team", "red").setGraphName("another")));
    }

    private String createLabelled(Map<String, String> labels) {
        CreateLifetimeRequest.Builder start = samples.start(held.fence(), samples.lifetimeId()).toBuilder();
        start.getDecisionBuilder().getHeadBuilder().clearLabels().putAllLabels(labels);
        return result(held.store().createLifetime(start.build())).getLifetimeId();
    }

    @Test
    void lifetimesAreFoundByWhenTheyBegan() {
        List<String> created =
                IntStream.range(0, 6).mapToObj(i -> held.create()).toList();
        Timestamp third = began(created.get(2));
        Timestamp fifth = began(created.get(4));
        List<String> within = newestFirst(created.stream()
                .filter(id -> !isBefore(began(id), third))
                .filter(id -> isBefore(began(id), fifth))
                .toList());
        assertEquals(within, list(lifetimesOf(samples).setCreatedAfter(third).setCreatedBefore(fifth)));
        assertEquals(
                within,
                list(lifetimesOf(samples)
                        .setCreatedAfter(third)
                        .setCreatedBefore(fifth)
                        .putLabels("team", "blue")
                        .setPageSize(1)));
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(held.store()
                                .listLifetimes(lifetimesOf(samples)
                                        .setCreatedAfter(third)
                                        .setCreatedBefore(third)
                                        .build()))
                        .code());
    }

    /** As its id tells, which begins with milliseconds. */
    private static Timestamp began(String lifetimeId) {
        return StateSamples.time(
                Instant.ofEpochMilli(UUID.fromString(lifetimeId).getMostSignificantBits() >>> 16));
    }

    private static boolean isBefore(Timestamp one, Timestamp other) {
        return ProtoTime.instant(one).isBefore(ProtoTime.instant(other));
    }

    private static List<String> newestFirst(List<String> created) {
        List<String> newestFirst = new ArrayList<>(created);
        Collections.reverse(newestFirst);
        return newestFirst;
    }

    @Test
    void aTokenIsGoodForTheSameFiltersOnly() {
        held.create();
        held.create();
        ListLifetimesRequest.Builder asked =
                lifetimesOf(samples).putLabels("team", "blue").setPageSize(1);
        asked.setPageToken(result(held.store().listLifetimes(asked.build())).getNextPageToken());
        assertEquals(1, result(held.store().listLifetimes(asked.build())).getLifetimesCount());
        for (ListLifetimesRequest.Builder other : List.of(
                asked.clone().clearLabels(),
                asked.clone().putLabels("team", "red"),
                asked.clone().setStatus(LifetimeStatus.LIFETIME_STATUS_RUNNING),
                asked.clone().setGraphName("sample"),
                asked.clone().setCreatedBefore(StateSamples.time(Instant.now())),
                asked.clone().setTenantId(others.tenantId()))) {
            assertEquals(
                    FailureCode.INVALID_ARGUMENT,
                    failure(held.store().listLifetimes(other.build())).code());
        }
    }

    @Test
    void pagesOutOfRangeAreRefused() {
        for (ListLifetimesRequest.Builder request : List.of(
                lifetimesOf(samples).setPageSize(201),
                lifetimesOf(samples).setPageSize(-1),
                lifetimesOf(samples).setPageToken("x"),
                lifetimesOf(samples).setPageToken(samples.lifetimeId()),
                lifetimesOf(samples).putLabels("team", "\0"),
                lifetimesOf(samples).setTenantId(""))) {
            assertEquals(
                    FailureCode.INVALID_ARGUMENT,
                    failure(held.store().listLifetimes(request.build())).code());
        }
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(held.store()
                                .listExecutions(ListExecutionsRequest.newBuilder()
                                        .setTenantId(samples.tenantId())
                                        .setLifetimeId(samples.lifetimeId())
                                        .setPageSize(4)
                                        .setPageToken("1.x")
                                        .build()))
                        .code());
    }

    private static ListLifetimesRequest.Builder lifetimesOf(StateSamples of) {
        return ListLifetimesRequest.newBuilder().setTenantId(of.tenantId());
    }

    private List<String> list(ListLifetimesRequest.Builder request) {
        List<String> listed = new ArrayList<>();
        String token = "";
        do {
            ListLifetimesResponse page = result(
                    held.store().listLifetimes(request.setPageToken(token).build()));
            page.getLifetimesList().forEach(head -> listed.add(head.getLifetimeId()));
            assertNotEquals(token, page.getNextPageToken() + "again");
            token = page.getNextPageToken();
        } while (!token.isEmpty());
        return listed;
    }
}
