package io.ticktock.bus;

import com.google.protobuf.Message;
import java.time.Duration;

/**
 * Where requests of one kind are served.
 *
 * @param name unique in the system; starts with the word of the serving module
 * @param place of the event bus where it is served, which several kinds may share
 * @param request class of what is asked
 * @param reply class of what is answered
 * @param timeout after which a request without an answer fails with {@link FailureCode#UNAVAILABLE}
 * @param isNear whether a process that serves it itself asks nobody else; otherwise all who serve it take turns
 */
public record Address<Q extends Message, R extends Message>(
        String name, String place, Class<Q> request, Class<R> reply, Duration timeout, boolean isNear) {

    static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    static <Q extends Message, R extends Message> Address<Q, R> of(String name, Class<Q> request, Class<R> reply) {
        return of(name, request, reply, DEFAULT_TIMEOUT);
    }

    static <Q extends Message, R extends Message> Address<Q, R> of(
            String name, Class<Q> request, Class<R> reply, Duration timeout) {
        return new Address<>(name, name, request, reply, timeout, true);
    }

    /** Word of the module that serves it. */
    public String module() {
        return name.substring(0, name.indexOf('.'));
    }

    /** The same kind of request, served by the one who has this shard. */
    public Address<Q, R> at(Shard shard) {
        return at(Integer.toString(shard.number()));
    }

    /** The same, of all who serve it, in turn: for what the near one has no room for. */
    public Address<Q, R> anywhere() {
        return new Address<>(name, place, request, reply, timeout, false);
    }

    /** The same, for who does not wait longer than this. */
    public Address<Q, R> within(Duration longest) {
        return new Address<>(name, place, request, reply, longest, isNear);
    }

    /**
     * The same kind of request, served by one particular instance: at one place with all that its module serves there, since
     * every place is told to every member of a cluster.
     */
    public Address<Q, R> at(String instance) {
        return new Address<>(name + "." + instance, module() + "/" + instance, request, reply, timeout, isNear);
    }
}
