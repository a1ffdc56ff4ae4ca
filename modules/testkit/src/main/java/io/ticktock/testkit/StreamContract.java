package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.AppendDecisionResponse;
import io.ticktock.proto.v1.Completed;
import io.ticktock.proto.v1.CreateLifetimeRequest;
import io.ticktock.proto.v1.LifetimeDecision;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.ReadStreamRequest;
import io.ticktock.proto.v1.ReadStreamResponse;
import io.ticktock.proto.v1.StreamedEvent;
import io.ticktock.state.StateStore;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What every store does with the stream of a tenant's events. */
public abstract class StreamContract {

    private static final String OLDEST = "oldest";
    private static final int MOST_READS = 10_000;

    @RegisterExtension
    final HeldStore held = new HeldStore(this::open);

    private final StateSamples samples = held.samples();
    private final StateSamples others = held.others();

    protected abstract StateStore open();

    @Test
    void everyEventIsReadOnceInTheOrderOfItsLifetime() {
        List<LifetimeEvent> logged = new ArrayList<>();
        List<Future<AppendDecisionResponse>> appends = new ArrayList<>();
        List<String> lifetimes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            lifetimes.add(create(samples, logged));
            create(others, new ArrayList<>());
        }
        for (int round = 0; round < 5; round++) {
            for (String lifetimeId : lifetimes) {
                appends.add(append(samples.decision(lifetimeId, 2 + 3L * round, 3), logged));
            }
        }
        result(Future.all(appends));

        for (int pageSize : new int[] {1, 7, 1_000}) {
            List<StreamedEvent> read = readOn(request(OLDEST).setPageSize(pageSize));
            assertEquals(logged.size(), read.size());
            assertEquals(new HashSet<>(logged), events(read));
            for (String lifetimeId : lifetimes) {
                List<Long> seqs = read.stream()
                        .map(StreamedEvent::getEvent)
                        .filter(event -> event.getLifetimeId().equals(lifetimeId))
                        .map(LifetimeEvent::getSeq)
                        .toList();
                assertEquals(seqs.stream().sorted().toList(), seqs);
            }
        }
    }

    @Test
    void whoeverGoesOnAfterAnyPositionGetsTheRest() {
        List<LifetimeEvent> logged = new ArrayList<>();
        String lifetimeId = create(samples, logged);
        result(append(samples.decision(lifetimeId, 2, 5), logged));
        List<StreamedEvent> all = readOn(request(OLDEST));
        for (int i = 0; i < all.size(); i++) {
            assertEquals(
                    all.subList(i + 1, all.size()),
                    readOn(request(all.get(i).getPosition()).setPageSize(2)));
        }
    }

    @Test
    void fromNowOnIsWhatComesLater() {
        List<LifetimeEvent> before = new ArrayList<>();
        String lifetimeId = create(samples, before);
        ReadStreamResponse now = result(held.store().readStream(request("").build()));
        assertEquals(0, now.getEventsCount());
        assertFalse(now.getMore());
        List<LifetimeEvent> later = new ArrayList<>();
        result(append(samples.decision(lifetimeId, 2, 2), later));
        assertEquals(new HashSet<>(later), events(readOn(request(now.getPosition()))));
    }

    @Test
    void whatWasWrittenTwiceIsReadOnce() {
        List<LifetimeEvent> logged = new ArrayList<>();
        String lifetimeId = create(samples, logged);
        LifetimeDecision.Builder decision = samples.decision(lifetimeId, 2, 2);
        result(append(decision, logged));
        result(append(decision, new ArrayList<>()));
        CreateLifetimeRequest start = samples.start(held.fence(), samples.lifetimeId());
        result(held.store().createLifetime(start));
        result(held.store().createLifetime(start));
        logged.addAll(start.getDecision().getEventsList());

        List<StreamedEvent> read = readOn(request(OLDEST));

        assertEquals(logged.size(), read.size());
        assertEquals(new HashSet<>(logged), events(read));
    }

    @Test
    void onlyWhatIsAskedForIsTold() {
        List<LifetimeEvent> logged = new ArrayList<>();
        String lifetimeId = create(samples, logged);
        LifetimeEvent end = samples.event(lifetimeId, 3).toBuilder()
                .setCompleted(Completed.getDefaultInstance())
                .build();
        result(append(samples.decision(lifetimeId, 3, 0).addEvents(end), logged));

        assertEquals(
                Set.of(end), events(readOn(request(OLDEST).addTypes("completed").setPageSize(1))));
        assertEquals(new HashSet<>(logged), events(readOn(request(OLDEST).setGraphName("sample"))));
        assertEquals(Set.of(), events(readOn(request(OLDEST).setGraphName("another"))));
        Failure unknown = failure(
                held.store().readStream(request(OLDEST).addTypes("finished").build()));
        assertEquals(FailureCode.INVALID_ARGUMENT, unknown.code());
        assertTrue(unknown.getMessage().contains("completed"), unknown.getMessage());
    }

    @Test
    void aPositionIsOfOneTenantOnly() {
        create(samples, new ArrayList<>());
        create(others, new ArrayList<>());
        String position = readOn(request(OLDEST)).get(0).getPosition();
        String foreign = result(held.store()
                        .readStream(
                                request(OLDEST).setTenantId(others.tenantId()).build()))
                .getEvents(0)
                .getPosition();
        Failure refused = failure(held.store().readStream(request(foreign).build()));
        assertEquals(FailureCode.INVALID_ARGUMENT, refused.code());
        for (String wrong : List.of("nonsense", "AAAAAAAAAAAAAAAAAAAAAA", position + "A", "ä", "0")) {
            assertEquals(
                    refused.getMessage(),
                    failure(held.store().readStream(request(wrong).build())).getMessage());
        }
    }

    private String create(StateSamples of, List<LifetimeEvent> logged) {
        CreateLifetimeRequest start = of.start(held.fence(), of.lifetimeId());
        logged.addAll(start.getDecision().getEventsList());
        return result(held.store().createLifetime(start)).getLifetimeId();
    }

    private Future<AppendDecisionResponse> append(LifetimeDecision.Builder decision, List<LifetimeEvent> logged) {
        logged.addAll(decision.getEventsList());
        return held.append(decision.build());
    }

    private ReadStreamRequest.Builder request(String position) {
        return ReadStreamRequest.newBuilder().setTenantId(samples.tenantId()).setPosition(position);
    }

    private static Set<LifetimeEvent> events(List<StreamedEvent> read) {
        Set<LifetimeEvent> events = new HashSet<>();
        read.forEach(streamed -> events.add(streamed.getEvent()));
        return events;
    }

    /** Page by page, until there is no more. */
    private List<StreamedEvent> readOn(ReadStreamRequest.Builder request) {
        List<StreamedEvent> read = new ArrayList<>();
        for (int i = 0; i < MOST_READS; i++) {
            ReadStreamResponse page = result(held.store().readStream(request.build()));
            read.addAll(page.getEventsList());
            if (!page.getMore()) {
                return read;
            }
            request.setPosition(page.getPosition());
        }
        throw new AssertionError("no end after " + MOST_READS + " pages");
    }
}
