package io.ticktock.api.event;

import io.ticktock.bus.Registration;
import io.ticktock.proto.v1.ExecutionDelta;
import io.ticktock.proto.v1.LifetimeEvent;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What a listener follows, and how far it is told. */
interface EventLog {

    /** @param position to go on after it */
    record Entry(String position, LifetimeEvent event) {}

    /**
     * What comes next.
     *
     * @param position after all of it; what is not in it was not asked for
     * @param more whether there is more already
     */
    record Page(List<Entry> entries, String position, boolean more) {}

    String tenantId();

    /** Fails when there is no such log, or no such place in it. Whether nothing will ever come after the place. */
    Future<Boolean> find();

    Future<Page> next();

    /** Everything up to there is told. */
    void advance(String position);

    /** Where to go on, for those who have to be told; else empty. */
    Optional<String> position();

    /** Whether nothing comes after it. */
    boolean isEnd(LifetimeEvent event);

    /** Whether it is over once there is no more. */
    boolean endsWhenCaughtUp();

    /** What is told on the bus when there may be more, if anything is. */
    Optional<Future<Registration>> hear(Runnable news);

    /** What is said on the bus besides what is in the log, if it was asked for. */
    Optional<Future<Registration>> hearDeltas(Consumer<ExecutionDelta> heard);
}
