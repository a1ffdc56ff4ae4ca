package io.ticktock.bus;

import com.google.protobuf.Message;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The typed face of the event bus: request and serve, publish and subscribe. One per Vert.x instance. */
public final class Bus {

    private static final Logger LOG = LoggerFactory.getLogger(Bus.class);

    private final EventBus eventBus;
    private final Delivery delivery;
    private final Map<Class<?>, DeliveryOptions> publishing = new ConcurrentHashMap<>();
    private final Map<Class<?>, DeliveryOptions> requesting = new ConcurrentHashMap<>();
    private final Map<Class<?>, ProtobufCodec<?>> codecs = new ConcurrentHashMap<>();

    public Bus(Vertx vertx) {
        this(vertx, Delivery.DIRECT);
    }

    /** A bus whose messages are in the hands of this delivery. */
    public Bus(Vertx vertx, Delivery delivery) {
        this.eventBus = vertx.eventBus();
        this.delivery = delivery;
    }

    /** Asks and gets the answer, or a {@link Failure}. */
    public <Q extends Message, R extends Message> Future<R> request(Address<Q, R> address, Q request) {
        DeliveryOptions options = requesting.computeIfAbsent(address.request(), type -> requestOptions(address));
        return eventBus.<R>request(address.name(), request, options)
                .transform(reply -> reply.succeeded()
                        ? Future.succeededFuture(reply.result().body())
                        : Future.failedFuture(Failure.of(reply.cause())));
    }

    /** Answers requests until that is ended. A handler that throws answers as if its future had failed. */
    public <Q extends Message, R extends Message> Future<Registration> serve(
            Address<Q, R> address, Function<Q, Future<R>> handler) {
        DeliveryOptions options = publishing.computeIfAbsent(address.reply(), this::codecOptions);
        MessageConsumer<Q> consumer = eventBus.consumer(address.name());
        consumer.handler(message -> delivery.deliver(
                Delivery.Leg.REQUEST,
                address.name(),
                () -> answer(address.name(), message, handler, options),
                () -> lose(message)));
        return consumer.completion().map(new Registration(consumer));
    }

    /** Tells everybody who subscribed. */
    public <M extends Message> void publish(Topic<M> topic, M message) {
        eventBus.publish(topic.name(), message, publishing.computeIfAbsent(topic.message(), this::codecOptions));
    }

    /** Listens until that is ended. */
    public <M extends Message> Future<Registration> subscribe(Topic<M> topic, Consumer<M> listener) {
        MessageConsumer<M> consumer = eventBus.consumer(topic.name());
        Handler<io.vertx.core.eventbus.Message<M>> handler = message -> delivery.deliver(
                Delivery.Leg.PUBLICATION, topic.name(), () -> listener.accept(message.body()), () -> {});
        consumer.handler(handler);
        return consumer.completion().map(new Registration(consumer));
    }

    private <Q extends Message, R extends Message> void answer(
            String address,
            io.vertx.core.eventbus.Message<Q> message,
            Function<Q, Future<R>> handler,
            DeliveryOptions options) {
        Future.succeededFuture(message.body())
                .compose(handler)
                .onSuccess(reply -> delivery.deliver(
                        Delivery.Leg.ANSWER, address, () -> message.reply(reply, options), () -> lose(message)))
                .onFailure(cause -> {
                    Failure failure = logged(address, cause);
                    message.fail(failure.code().number(), failure.getMessage());
                });
    }

    private static void lose(io.vertx.core.eventbus.Message<?> message) {
        message.fail(FailureCode.UNAVAILABLE.number(), "no answer: a message was lost");
    }

    private DeliveryOptions requestOptions(Address<?, ?> address) {
        codecOptions(address.reply());
        return codecOptions(address.request()).setSendTimeout(address.timeout().toMillis());
    }

    private DeliveryOptions codecOptions(Class<?> type) {
        String codec = codecs.computeIfAbsent(type, this::register).name();
        return new DeliveryOptions().setCodecName(codec);
    }

    private ProtobufCodec<?> register(Class<?> type) {
        ProtobufCodec<?> codec = new ProtobufCodec<>(type.asSubclass(Message.class));
        eventBus.registerCodec(codec);
        return codec;
    }

    private static Failure logged(String address, Throwable cause) {
        Failure failure = Failure.of(cause);
        if (failure.code() == FailureCode.INTERNAL) {
            LOG.error("{} failed", address, cause);
        }
        return failure;
    }
}
