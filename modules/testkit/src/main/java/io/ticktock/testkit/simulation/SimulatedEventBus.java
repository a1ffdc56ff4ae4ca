package io.ticktock.testkit.simulation;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.DeliveryContext;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.MessageConsumerOptions;
import io.vertx.core.eventbus.MessageProducer;
import java.util.function.Function;

/** A process's event bus, as far as {@link io.ticktock.bus.Bus} uses it. */
final class SimulatedEventBus implements EventBus {

    private final SimulatedProcess process;
    private final SimulatedNetwork network;

    SimulatedEventBus(SimulatedProcess process, SimulatedNetwork network) {
        this.process = process;
        this.network = network;
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> Future<Message<T>> request(String address, Object message, DeliveryOptions options) {
        Promise<Message<Object>> answer = process.context().promise();
        network.request(process, address, message, options, answer);
        return (Future<Message<T>>) (Future<?>) answer.future();
    }

    @Override
    public EventBus publish(String address, Object message, DeliveryOptions options) {
        network.publish(process, address, message);
        return this;
    }

    @Override
    public <T> MessageConsumer<T> consumer(String address) {
        return new SimulatedConsumer<>(process, network, address);
    }

    /** Nothing is encoded: messages never change. */
    @Override
    @SuppressWarnings("rawtypes")
    public EventBus registerCodec(MessageCodec codec) {
        return this;
    }

    static UnsupportedOperationException unused() {
        return new UnsupportedOperationException("the typed bus does not use this");
    }

    @Override
    public EventBus send(String address, Object message) {
        throw unused();
    }

    @Override
    public EventBus send(String address, Object message, DeliveryOptions options) {
        throw unused();
    }

    @Override
    public EventBus publish(String address, Object message) {
        throw unused();
    }

    @Override
    public <T> MessageConsumer<T> consumer(MessageConsumerOptions options) {
        throw unused();
    }

    @Override
    public <T> MessageConsumer<T> consumer(MessageConsumerOptions options, Handler<Message<T>> handler) {
        throw unused();
    }

    @Override
    public <T> MessageConsumer<T> consumer(String address, Handler<Message<T>> handler) {
        throw unused();
    }

    @Override
    public <T> MessageConsumer<T> localConsumer(String address) {
        throw unused();
    }

    @Override
    public <T> MessageConsumer<T> localConsumer(String address, Handler<Message<T>> handler) {
        throw unused();
    }

    @Override
    public <T> MessageProducer<T> sender(String address) {
        throw unused();
    }

    @Override
    public <T> MessageProducer<T> sender(String address, DeliveryOptions options) {
        throw unused();
    }

    @Override
    public <T> MessageProducer<T> publisher(String address) {
        throw unused();
    }

    @Override
    public <T> MessageProducer<T> publisher(String address, DeliveryOptions options) {
        throw unused();
    }

    @Override
    public EventBus unregisterCodec(String name) {
        throw unused();
    }

    @Override
    @SuppressWarnings("rawtypes")
    public <T> EventBus registerDefaultCodec(Class<T> type, MessageCodec<T, ?> codec) {
        throw unused();
    }

    @Override
    @SuppressWarnings("rawtypes")
    public EventBus unregisterDefaultCodec(Class type) {
        throw unused();
    }

    @Override
    public EventBus codecSelector(Function<Object, String> selector) {
        throw unused();
    }

    @Override
    public <T> EventBus addOutboundInterceptor(Handler<DeliveryContext<T>> interceptor) {
        throw unused();
    }

    @Override
    public <T> EventBus removeOutboundInterceptor(Handler<DeliveryContext<T>> interceptor) {
        throw unused();
    }

    @Override
    public <T> EventBus addInboundInterceptor(Handler<DeliveryContext<T>> interceptor) {
        throw unused();
    }

    @Override
    public <T> EventBus removeInboundInterceptor(Handler<DeliveryContext<T>> interceptor) {
        throw unused();
    }

    @Override
    public EventBus clusterSerializableChecker(Function<String, Boolean> classNamePredicate) {
        throw unused();
    }

    @Override
    public EventBus serializableChecker(Function<String, Boolean> classNamePredicate) {
        throw unused();
    }
}
