package io.ticktock.api.event;

import io.ticktock.bus.Failure;
import io.ticktock.proto.v1.LifetimeEvent;

/** A listener, as a protocol reaches it. Used on the event loop of its feed. */
public interface EventSink {

    void send(LifetimeEvent event);

    /** Keeps the connection alive, where nothing else would. */
    void heartbeat();

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
