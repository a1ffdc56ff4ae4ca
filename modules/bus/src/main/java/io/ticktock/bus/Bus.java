package io.ticktock.bus;

import com.google.protobuf.Message;
import io.ticktock.bus.trace.Tracing;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The typed face of the event bus: request and serve, publish and subscribe. One per Vert.x instance. */
public final class Bus {

    private static final Logger LOG = LoggerFactory.getLogger(Bus.class);

    private final Vertx vertx;
    private final EventBus eventBus;
    private final Delivery delivery;
    private final boolean leavesProcess;
    private final Tracing tracing;
    private final LongSupplier nanoTime;
    private final DeliveryOptions requestCodec;
    private final DeliveryOptions answerCodec;
    private final Map<Class<?>, DeliveryOptions> codecs = new ConcurrentHashMap<>();
    private final Map<Sender, Outbox<?>> outboxes = new ConcurrentHashMap<>();
    /** Empty where there are no others. */
    private final NearDestinations near;

    /** Who sends what: a verticle, on one of its threads, to an address. */
    private record Sender(Thread thread, String deploymentId, String address, boolean isNear) {}

    public Bus(Vertx vertx) {
        this(vertx, Delivery.DIRECT);
    }

    /** A bus whose messages are in the hands of this delivery. */
    public Bus(Vertx vertx, Delivery delivery) {
        this(vertx, delivery, Tracing.OFF);
    }

    /** As above; requests, and what follows from their answers, carry the trace of whoever asks, if it is on. */
    public Bus(Vertx vertx, Delivery delivery, Tracing tracing) {
        this(vertx, delivery, tracing, vertx.isClustered());
    }

    /** @param leavesProcess whether messages may, so that their size counts */
    Bus(Vertx vertx, Delivery delivery, Tracing tracing, boolean leavesProcess) {
        this(vertx, vertx.eventBus(), delivery, tracing, leavesProcess, System::nanoTime, new NearDestinations());
    }

    /** On an event bus of a simulation's own, between processes whose time is the simulation's. */
    public Bus(Vertx vertx, EventBus eventBus, LongSupplier nanoTime) {
        this(vertx, eventBus, Delivery.DIRECT, Tracing.OFF, true, nanoTime, new NearDestinations());
    }

    Bus(
            Vertx vertx,
            EventBus eventBus,
            Delivery delivery,
            Tracing tracing,
            boolean leavesProcess,
            LongSupplier nanoTime,
            NearDestinations near) {
        this.near = near;
        this.vertx = vertx;
        this.tracing = tracing;
        this.leavesProcess = leavesProcess;
        this.eventBus = eventBus;
        this.nanoTime = nanoTime;
        this.delivery = delivery;
        this.requestCodec = registered(BusCodec.ofRequests());
        this.answerCodec = registered(BusCodec.ofAnswers());
    }

    /** Where those who use this bus tell of what they have done. */
    public Tracing tracing() {
        return tracing;
    }

    /** Whether others may serve and listen besides, in processes of their own. */
    public boolean leavesProcess() {
        return leavesProcess;
    }

    /**
     * Asks and gets the answer, or a {@link Failure}. What a verticle asks at one address in one turn of its event loop
     * travels together.
     */
    public <Q extends Message, R extends Message> Future<R> request(Address<Q, R> address, Q request) {
        Context context = Vertx.currentContext();
        // Where there is none, a context made now could be of another event loop, and turn at another time.
        if (context == null || !Context.isOnEventLoopThread()) {
            Outbox<R> alone =
                    new Outbox<>(eventBus, requestCodec, address, near, leavesProcess, tracing.isOn(), nanoTime);
            Future<R> answer = alone.add(request);
            alone.send();
            return answer;
        }
        Sender sender = new Sender(Thread.currentThread(), context.deploymentID(), address.name(), address.isNear());
        Outbox<R> outbox = outbox(sender, address, context);
        Future<R> answer = outbox.add(request);
        if (outbox.isFull()) {
            send(sender, outbox);
        }
        return answer;
    }

    /** The one that is being filled; a sender's address fixes the class of its answers. */
    @SuppressWarnings("unchecked")
    private <R extends Message> Outbox<R> outbox(Sender sender, Address<?, R> address, Context context) {
        Outbox<R> filling = (Outbox<R>) outboxes.get(sender);
        if (filling != null) {
            return filling;
        }
        Outbox<R> fresh = new Outbox<>(eventBus, requestCodec, address, near, leavesProcess, tracing.isOn(), nanoTime);
        outboxes.put(sender, fresh);
        context.runOnContext(nothing -> send(sender, fresh));
        return fresh;
    }

    private void send(Sender sender, Outbox<?> outbox) {
        if (outboxes.remove(sender, outbox)) {
            outbox.send();
        }
    }

    /** Answers requests of one kind until that is ended; the only kind at its destination. */
    public <Q extends Message, R extends Message> Future<Registration> serve(
            Address<Q, R> address, Function<Q, Future<R>> handler) {
        return serve(List.of(new Service<>(address, handler)));
    }

    /**
     * Answers requests of several kinds, which have one destination, until that is ended. One call serves all kinds of a
     * destination: two who serve there get parcels in turn, of whatever kind.
     *
     * @throws IllegalArgumentException where there is none, where they are of different destinations, or where one comes twice
     */
    public Future<Registration> serve(List<Service<?, ?>> together) {
        Services services = new Services(together);
        String destination = services.destination();
        MessageConsumer<Requests> consumer = eventBus.consumer(destination);
        consumer.handler(parcel -> answerAll(services, parcel));
        return consumer.completion().map(registered -> {
            if (!leavesProcess) {
                return new Registration(consumer::unregister);
            }
            near.add(destination);
            return new Registration(() -> {
                near.end(destination);
                return consumer.unregister();
            });
        });
    }

    private void answerAll(Services services, io.vertx.core.eventbus.Message<Requests> parcel) {
        Answering answering = new Answering(vertx.getOrCreateContext(), answerCodec, parcel, leavesProcess);
        String address = parcel.body().address();
        List<Letter> letters = parcel.body().letters();
        for (int i = 0; i < letters.size(); i++) {
            int index = i;
            delivery.deliver(
                    Delivery.Leg.REQUEST,
                    address,
                    () -> answer(services.answer(address, letters.get(index)), address, answering, index),
                    () -> answering.fail(index, lost()));
        }
    }

    private void answer(Future<Message> answer, String address, Answering answering, int index) {
        answer.onComplete(
                reply -> delivery.deliver(
                        Delivery.Leg.ANSWER,
                        address,
                        () -> answering.reply(index, Letter.of(reply)),
                        () -> answering.fail(index, lost())),
                cause -> answering.fail(index, logged(address, cause)));
    }

    /** Tells everybody who subscribed. */
    public <M extends Message> void publish(Topic<M> topic, M message) {
        eventBus.publish(topic.name(), message, codecs.computeIfAbsent(topic.message(), this::codecOf));
    }

    /** Listens until that is ended. */
    public <M extends Message> Future<Registration> subscribe(Topic<M> topic, Consumer<M> listener) {
        // What comes from another process is read by the codec that is known here.
        codecs.computeIfAbsent(topic.message(), this::codecOf);
        MessageConsumer<M> consumer = eventBus.consumer(topic.name());
        Handler<io.vertx.core.eventbus.Message<M>> handler = message -> delivery.deliver(
                Delivery.Leg.PUBLICATION, topic.name(), () -> listener.accept(message.body()), () -> {});
        consumer.handler(handler);
        return consumer.completion().map(new Registration(consumer::unregister));
    }

    private static Failure lost() {
        return new Failure(FailureCode.UNAVAILABLE, "no answer: a message was lost");
    }

    private DeliveryOptions codecOf(Class<?> type) {
        return registered(BusCodec.of(type.asSubclass(Message.class)));
    }

    private DeliveryOptions registered(BusCodec<?> codec) {
        eventBus.registerCodec(codec);
        return new DeliveryOptions().setCodecName(codec.name());
    }

    private static Failure logged(String address, Throwable cause) {
        Failure failure = Failure.of(cause);
        if (failure.code() == FailureCode.INTERNAL) {
            LOG.error("{} failed", address, cause);
        }
        return failure;
    }
}
