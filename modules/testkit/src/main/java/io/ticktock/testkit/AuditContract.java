package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.google.protobuf.Timestamp;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.*;
import io.ticktock.state.StateStore;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store notes of who did what. The store of a test may hold what earlier tests left. */
public abstract class AuditContract {

    private static final Comparator<AuditEntry> NEWEST_FIRST = Comparator.comparingLong(
                    (AuditEntry entry) -> entry.getTime().getSeconds())
            .thenComparing(AuditEntry::getEntryId)
            .reversed();

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final StateSamples one = new StateSamples("one-" + seed, seed);
    private final StateSamples other = new StateSamples("other-" + seed, seed + 1);
    /** Nobody else's entries are of these hours. */
    private final Instant begin = Instant.ofEpochSecond(1_000_000_000 + (seed & 0xffff) * 10_000);

    private StateStore store;

    protected abstract StateStore open();

    @BeforeEach
    void openStore() {
        System.out.println("seed " + seed);
        store = open();
    }

    @AfterEach
    void closeStore() {
        result(store.close());
    }

    @Test
    void entriesAreListedNewestFirstWhateverThePages() {
        List<AuditEntry> expected = new ArrayList<>(entries(one, 30));
        append(expected);
        append(entries(other, 5));
        expected.sort(NEWEST_FIRST);
        for (int size : List.of(1, 2, 7, 1 + random.nextInt(40), 0)) {
            assertEquals(expected, list(of(one).setPageSize(size)), "pages of " + size);
        }
        assertEquals(List.of(), list(ListAuditRequest.newBuilder().setTenantId("nobody-" + seed)));
    }

    @Test
    void withoutATenantThoseOfAllAreListedAndThoseOfNone() {
        List<AuditEntry> all = new ArrayList<>(entries(one, 5));
        all.addAll(entries(other, 5));
        List<AuditEntry> ofNobody = entries(one, 5).stream()
                .map(entry -> entry.toBuilder().clearTenantId().clearActor().build())
                .toList();
        all.addAll(ofNobody);
        Collections.shuffle(all, random);
        append(all);
        all.sort(NEWEST_FIRST);
        ListAuditRequest.Builder hours = ListAuditRequest.newBuilder()
                .setSince(StateSamples.time(begin))
                .setUntil(StateSamples.time(begin.plusSeconds(10_000)));
        for (int size : List.of(3, 0)) {
            List<AuditEntry> listed = list(hours.setPageSize(size));
            listed.retainAll(all);
            assertEquals(all, listed);
        }
        assertEquals(5, list(of(one)).size(), "what is nobody's is not a tenant's");
    }

    @Test
    void anEntryThatComesTwiceIsNotedOnce() {
        List<AuditEntry> first = entries(one, 3);
        append(first);
        List<AuditEntry> again = new ArrayList<>(first);
        again.add(first.get(0));
        again.add(first.get(1).toBuilder().setReason("changed").build());
        again.addAll(entries(one, 2));
        append(again);
        List<AuditEntry> expected = new ArrayList<>(first);
        expected.addAll(again.subList(5, 7));
        expected.sort(NEWEST_FIRST);
        assertEquals(expected, list(of(one)));
        append(List.of());
    }

    @Test
    void onlyWhatWasInTheSpanOfTimeIsListed() {
        List<AuditEntry> all = new ArrayList<>(entries(one, 20));
        append(all);
        all.sort(NEWEST_FIRST);
        Timestamp border = all.get(5 + random.nextInt(10)).getTime();
        assertEquals(
                all.stream()
                        .filter(entry -> entry.getTime().getSeconds() >= border.getSeconds())
                        .toList(),
                list(of(one).setSince(border).setPageSize(3)));
        assertEquals(
                all.stream()
                        .filter(entry -> entry.getTime().getSeconds() < border.getSeconds())
                        .toList(),
                list(of(one).setUntil(border).setPageSize(3)));
        assertInvalid(store.listAudit(of(one).setSince(border).setUntil(border).build()));
        assertInvalid(store.listAudit(of(one).setSince(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE))
                .build()));
    }

    @Test
    void aWrongEntryFailsItsBatch() {
        AuditEntry right = entries(one, 1).get(0);
        for (AuditEntry wrong : List.of(
                right.toBuilder().setEntryId("x").build(),
                right.toBuilder().clearTime().build(),
                right.toBuilder().setTime(Timestamp.newBuilder().setNanos(-1)).build(),
                right.toBuilder()
                        .setTime(Timestamp.newBuilder().setSeconds(Long.MIN_VALUE))
                        .build(),
                right.toBuilder().clearAction().build(),
                right.toBuilder().clearOutcome().build(),
                right.toBuilder().setTenantId("x".repeat(201)).build(),
                right.toBuilder().setTenantId("a\0b").build(),
                right.toBuilder().setResource("x".repeat(20_000)).build())) {
            assertInvalid(store.appendAudit(AppendAuditRequest.newBuilder()
                    .addAllEntries(entries(one, 1))
                    .addEntries(wrong)
                    .build()));
        }
        assertInvalid(store.appendAudit(AppendAuditRequest.newBuilder()
                .addAllEntries(Collections.nCopies(1_001, right))
                .build()));
        assertEquals(List.of(), list(of(one)));
    }

    /** What somebody without a credential asked for may hold anything. */
    @Test
    void aResourceMayHoldAnyText() {
        AuditEntry entry = entries(one, 1).get(0).toBuilder()
                .setResource("graphs/\0'\"\n😀")
                .setActor("\0")
                .build();
        append(List.of(entry));
        assertEquals(List.of(entry), list(of(one)));
    }

    @Test
    void aPageTokenIsGoodForItsListOnly() {
        append(entries(one, 3));
        append(entries(other, 3));
        String token = result(store.listAudit(of(one).setPageSize(1).build())).getNextPageToken();
        assertNotEquals("", token);
        for (ListAuditRequest.Builder elsewhere : List.of(
                of(other),
                ListAuditRequest.newBuilder(),
                of(one).setSince(StateSamples.time(begin)),
                of(one).setUntil(StateSamples.time(begin)))) {
            assertInvalid(store.listAudit(elsewhere.setPageToken(token).build()));
        }
        for (String wrong : List.of("x", token.substring(0, 16), token.substring(0, 20), token + "x", "1.1")) {
            assertInvalid(store.listAudit(of(one).setPageToken(wrong).build()));
        }
        for (int size : new int[] {-1, 201}) {
            assertInvalid(store.listAudit(of(one).setPageSize(size).build()));
        }
    }

    /** Not in the order of time, and some at the same moment. */
    private List<AuditEntry> entries(StateSamples samples, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> AuditEntry.newBuilder()
                        .setEntryId(samples.lifetimeId())
                        .setTime(StateSamples.time(begin.plusSeconds(random.nextInt(10))))
                        .setTenantId(samples.tenantId())
                        .setActor("someone")
                        .setAction("lifetimes.start")
                        .setResource("lifetimes/" + i)
                        .setOutcome(AuditOutcome.AUDIT_OUTCOME_DENIED)
                        .setReason("no_role")
                        .setRemoteAddress("127.0.0.1")
                        .build())
                .toList();
    }

    private void append(List<AuditEntry> entries) {
        result(store.appendAudit(
                AppendAuditRequest.newBuilder().addAllEntries(entries).build()));
    }

    private static ListAuditRequest.Builder of(StateSamples samples) {
        return ListAuditRequest.newBuilder().setTenantId(samples.tenantId());
    }

    private List<AuditEntry> list(ListAuditRequest.Builder request) {
        List<AuditEntry> listed = new ArrayList<>();
        do {
            ListAuditResponse page = result(store.listAudit(request.build()));
            listed.addAll(page.getEntriesList());
            request.setPageToken(page.getNextPageToken());
        } while (!request.getPageToken().isEmpty() && listed.size() < 10_000);
        return listed;
    }

    private static void assertInvalid(Future<?> future) {
        assertEquals(FailureCode.INVALID_ARGUMENT, failure(future).code());
    }
}
