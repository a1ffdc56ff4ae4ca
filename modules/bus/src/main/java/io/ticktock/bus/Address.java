package io.ticktock.bus;

import com.google.protobuf.Message;
import java.time.Duration;

/**
 * One kind of request, and where it is served.
 *
 * @param name unique in the system; starts with the word of the serving module, and a dot
 * @param destination what the event bus knows: the name, or for an instance what it shares with all that its module serves there
 * @param request class of what is asked
 * @param reply class of what is answered
 * @param timeout after which a request without an answer fails with {@link FailureCode#UNAVAILABLE}
 * @param isNear whether a process that serves it itself asks nobody else; otherwise all who serve it take turns
 */
public record Address<Q extends Message, R extends Message>(
        String name, String destination, Class<Q> request, Class<R> reply, Duration timeout, boolean isNear) {

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
        return new Address<>(name, destination, request, reply, timeout, false);
    }

    /** The same, for who does not wait longer than this. */
    public Address<Q, R> within(Duration longest) {
        return new Address<>(name, destination, request, reply, longest, isNear);
    }

    /**
     * The same kind of request, served by one particular instance: at one destination with all that its module serves there,
     * since each of them is told to every member of a cluster. Not of an address that is of an instance already.
     */
    public Address<Q, R> at(String instance) {
        return new Address<>(name + "." + instance, module() + "/" + instance, request, reply, timeout, isNear);
    }
}
