package io.ticktock.api.event;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Failure;
import io.ticktock.proto.v1.ExecutionDelta;
import io.ticktock.proto.v1.LifetimeEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

/** A listener that keeps what it hears; it takes only so much until it is drained. */
final class RecordingSink implements EventSink {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

    private final List<Long> seqs = new ArrayList<>();
    private final List<String> positions = new ArrayList<>();
    private final List<Long> deltas = new ArrayList<>();
    private int heartbeats;
    private int room;
    private boolean ended;
    private boolean cut;
    private Optional<Failure> failure = Optional.empty();
    private Optional<Runnable> drained = Optional.empty();

    RecordingSink(int room) {
        this.room = room;
    }

    static RecordingSink roomy() {
        return new RecordingSink(Integer.MAX_VALUE);
    }

    @Override
    public synchronized void send(String position, LifetimeEvent event) {
        assertTrue(room > 0, "sent to one that is full");
        room--;
        seqs.add(event.getSeq());
        positions.add(position);
        notifyAll();
    }

    @Override
    public synchronized void send(ExecutionDelta delta) {
        assertTrue(room > 0, "sent to one that is full");
        room--;
        deltas.add(delta.getNumber());
        notifyAll();
    }

    @Override
    public synchronized void heartbeat(Optional<String> position) {
        position.ifPresent(positions::add);
        heartbeats++;
        notifyAll();
    }

    @Override
    public synchronized boolean isFull() {
        return room == 0;
    }

    @Override
    public synchronized void onDrain(Runnable run) {
        drained = Optional.of(run);
        notifyAll();
    }

    @Override
    public synchronized void end() {
        ended = true;
        notifyAll();
    }

    @Override
    public synchronized void fail(Failure why) {
        failure = Optional.of(why);
        notifyAll();
    }

    @Override
    public synchronized void cut() {
        cut = true;
        notifyAll();
    }

    /** To be run on the event loop of the feed. */
    synchronized Runnable makeRoom(int more) {
        room += more;
        Runnable run = drained.orElseThrow();
        drained = Optional.empty();
        return run;
    }

    void awaitSeqs(long first, long last) {
        List<Long> expected = LongStream.rangeClosed(first, last).boxed().toList();
        await(() -> seqs.size() >= expected.size(), "events");
        synchronized (this) {
            assertTrue(seqs.equals(expected), () -> "heard " + seqs);
        }
    }

    void awaitDeltas(Long... numbers) {
        await(() -> deltas.size() >= numbers.length, "deltas");
        synchronized (this) {
            assertTrue(deltas.equals(List.of(numbers)), () -> "heard deltas " + deltas);
        }
    }

    void awaitPosition(String position) {
        await(() -> positions.contains(position), position);
    }

    synchronized List<String> positions() {
        return List.copyOf(positions);
    }

    void awaitEnd() {
        await(() -> ended, "the end");
    }

    void awaitCut() {
        await(() -> cut, "being cut off");
    }

    void awaitFull() {
        await(() -> drained.isPresent(), "being full");
    }

    void awaitHeartbeats(int count) {
        await(() -> heartbeats >= count, "heartbeats");
    }

    Failure awaitFailure() {
        await(() -> failure.isPresent(), "a failure");
        return failure.orElseThrow();
    }

    private synchronized void await(BooleanSupplier reached, String what) {
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        while (!reached.getAsBoolean()) {
            long left = Duration.between(Instant.now(), deadline).toMillis();
            assertTrue(left > 0, () -> "no " + what + "; heard " + seqs);
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }
    }
}
