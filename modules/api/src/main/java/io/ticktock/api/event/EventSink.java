package io.ticktock.api.event;

import io.ticktock.bus.Failure;
import io.ticktock.proto.v1.ExecutionDelta;
import io.ticktock.proto.v1.LifetimeEvent;
import java.util.Optional;

/** A listener, as a protocol reaches it. Used on the event loop of its feed. */
public interface EventSink {

    /** @param position to go on after it */
    void send(String position, LifetimeEvent event);

    /** What a handler says while it runs: it has no position. */
    void send(ExecutionDelta delta);

    /**
     * Keeps the connection alive, where nothing else would.
     *
     * @param position how far the log is told, where that is not known from its events
     */
    void heartbeat(Optional<String> position);

    /** Whether to send no more for now. */
    boolean isFull();

    /** @param drained is run once there is room again */
    void onDrain(Runnable drained);

    /** There is nothing more to hear. */
    void end();

    /** There would be more to hear, but not now, or not for this listener. */
    void fail(Failure why);

    /** It does not read: what is on its way to it is dropped. */
    void cut();
}
