package io.ticktock.state;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Shard;
import io.ticktock.bus.Topic;
import io.ticktock.proto.v1.ExecutionReference;
import java.util.List;
import java.util.stream.IntStream;

/** Tells the owner of a lifetime's shard that a record of it is durable. A hint: the tables are the truth. */
public final class ReferencePublisher {

    private final Bus bus;
    private final List<Topic<ExecutionReference>> topics = IntStream.range(0, Shard.COUNT)
            .mapToObj(number -> Addresses.CONTROL_RECORDED.at(new Shard(number)))
            .toList();

    public ReferencePublisher(Bus bus) {
        this.bus = bus;
    }

    public void publish(ExecutionReference reference) {
        Shard shard = Shard.of(reference.getHeaders().getLifetimeId());
        bus.publish(topics.get(shard.number()), reference);
    }
}
