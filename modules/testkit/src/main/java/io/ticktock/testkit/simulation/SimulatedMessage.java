package io.ticktock.testkit.simulation;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;

/** A message where it arrives. What it holds never changes, so both sides have the same. */
final class SimulatedMessage<T> implements Message<T> {

    private final SimulatedNetwork network;
    private final SimulatedProcess at;
    private final String address;
    private final T body;
    /** By which an answer finds who asked; 0 when nobody did. */
    private final long asker;

    SimulatedMessage(SimulatedNetwork network, SimulatedConsumer<?> at, String address, T body, long asker) {
        this(network, at.process(), address, body, asker);
    }

    SimulatedMessage(SimulatedNetwork network, SimulatedProcess at, String address, T body, long asker) {
        this.network = network;
        this.at = at;
        this.address = address;
        this.body = body;
        this.asker = asker;
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public T body() {
        return body;
    }

    @Override
    public boolean isSend() {
        return asker != 0;
    }

    @Override
    public void reply(Object message, DeliveryOptions options) {
        network.answer(at, asker, message, 0);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <R> Future<Message<R>> replyAndRequest(Object message, DeliveryOptions options) {
        Promise<Message<Object>> answer = at.context().promise();
        long next = network.await(at, address, options.getSendTimeout(), answer);
        network.answer(at, asker, message, next);
        return (Future<Message<R>>) (Future<?>) answer.future();
    }

    @Override
    public MultiMap headers() {
        throw SimulatedEventBus.unused();
    }

    @Override
    public String replyAddress() {
        throw SimulatedEventBus.unused();
    }
}
