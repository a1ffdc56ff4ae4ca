package io.ticktock.launcher;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Whether all event loops of the process turn. What never comes back blocks one of them, and the others answer as if nothing were. */
final class EventLoops {

    private final Duration stuck;
    private final List<LoopDelayVerticle> watched = new CopyOnWriteArrayList<>();

    /** @param stuck after which one that does not turn counts as lost */
    EventLoops(Duration stuck) {
        this.stuck = stuck;
    }

    /** To be deployed once on each of them. */
    LoopDelayVerticle watched(MeterRegistry registry) {
        LoopDelayVerticle verticle = new LoopDelayVerticle(registry);
        watched.add(verticle);
        return verticle;
    }

    boolean isOneStuck() {
        return watched.stream().anyMatch(loop -> loop.delay().compareTo(stuck) > 0);
    }
}
