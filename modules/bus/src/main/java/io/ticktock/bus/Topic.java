package io.ticktock.bus;

import com.google.protobuf.Message;

/**
 * Where messages without an answer are published to whoever subscribed. Delivery is a hint: it may fail, repeat or
 * come late.
 *
 * @param name unique in the system; starts with the word of the module that publishes or listens
 */
public record Topic<M extends Message>(String name, Class<M> message) {

    /** The same kind of message for the one who has this shard. */
    public Topic<M> at(Shard shard) {
        return at(Integer.toString(shard.number()));
    }

    /** The same kind of message about one particular subject, such as a lifetime. */
    public Topic<M> at(String subject) {
        return new Topic<>(name + "." + subject, message);
    }
}
