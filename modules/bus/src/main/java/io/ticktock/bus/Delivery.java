package io.ticktock.bus;

/**
 * What becomes of a message on its way. Messages are only hints to those who read the tables, and requests are made to
 * be repeated; a delivery that loses, repeats and delays them on purpose shows whether that is so.
 */
@FunctionalInterface
public interface Delivery {

    /** Which of its ways a message is on. */
    enum Leg {
        /** To who serves. */
        REQUEST,
        /** Back to who asked. */
        ANSWER,
        /** To whoever listens. */
        PUBLICATION
    }

    /** Every message arrives, once and at once. */
    Delivery DIRECT = (leg, address, arrive, lose) -> arrive.run();

    /**
     * Called for every request, every answer and every published message, on the context of who serves or listens.
     *
     * @param address of the request that is asked or answered, or of the topic
     * @param arrive lets it arrive; may be run later on the same context, and more than once
     * @param lose to be run instead: the asker learns that no answer came, sooner than by waiting for it
     */
    void deliver(Leg leg, String address, Runnable arrive, Runnable lose);
}
