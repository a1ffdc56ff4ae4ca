package io.ticktock.testkit.simulation;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.streams.ReadStream;

/** Who serves or listens at an address, in one process. */
final class SimulatedConsumer<T> implements MessageConsumer<T> {

    private final SimulatedProcess process;
    private final SimulatedNetwork network;
    private final String address;
    private final long begunNanos;
    private final Promise<Void> completion;
    private long spreadNanos;
    private Handler<Message<T>> handler;

    SimulatedConsumer(SimulatedProcess process, SimulatedNetwork network, String address) {
        this.process = process;
        this.network = network;
        this.address = address;
        this.begunNanos = process.nanoTime().getAsLong();
        this.completion = process.context().promise();
    }

    SimulatedProcess process() {
        return process;
    }

    /** Others hear of it a little later. */
    boolean isKnownTo(SimulatedProcess other, long nowNanos) {
        return other == process ? handler != null : nowNanos - begunNanos >= spreadNanos;
    }

    @SuppressWarnings("unchecked")
    void deliver(SimulatedMessage<?> message) {
        if (handler != null) {
            handler.handle((Message<T>) message);
        }
    }

    @Override
    public MessageConsumer<T> handler(Handler<Message<T>> handler) {
        this.handler = handler;
        this.spreadNanos = network.spreadNanos();
        network.add(this);
        process.after(spreadNanos, completion::tryComplete);
        return this;
    }

    @Override
    public Future<Void> unregister() {
        handler = null;
        Promise<Void> gone = process.context().promise();
        process.after(network.spreadNanos(), () -> {
            network.remove(this);
            gone.tryComplete();
        });
        return gone.future();
    }

    @Override
    public Future<Void> completion() {
        return completion.future();
    }

    @Override
    public boolean isRegistered() {
        return handler != null;
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public MessageConsumer<T> exceptionHandler(Handler<Throwable> handler) {
        throw SimulatedEventBus.unused();
    }

    @Override
    public MessageConsumer<T> pause() {
        throw SimulatedEventBus.unused();
    }

    @Override
    public MessageConsumer<T> resume() {
        throw SimulatedEventBus.unused();
    }

    @Override
    public MessageConsumer<T> fetch(long amount) {
        throw SimulatedEventBus.unused();
    }

    @Override
    public MessageConsumer<T> endHandler(Handler<Void> endHandler) {
        throw SimulatedEventBus.unused();
    }

    @Override
    public ReadStream<T> bodyStream() {
        throw SimulatedEventBus.unused();
    }
}
