package io.ticktock.bus;

import io.vertx.core.Context;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the answers to the requests of one parcel: those that become ready in one turn of the event loop together, and
 * none waits for one that is not ready yet. Answers may come from any thread; the first to a request counts.
 */
final class Answering {

    private static final Logger LOG = LoggerFactory.getLogger(Answering.class);

    private final Context context;
    private final DeliveryOptions codec;
    private final BitSet answered = new BitSet();
    private List<Answers.Answer> ready = new ArrayList<>();
    private int open;
    private boolean sending;
    /** Who waits for answers; null while they are on their way there. */
    private Message<Requests> asker;

    /** @param codec for answers */
    Answering(Context context, DeliveryOptions codec, Message<Requests> asker) {
        this.context = context;
        this.codec = codec;
        this.asker = asker;
        this.open = asker.body().letters().size();
    }

    synchronized void reply(int index, Letter reply) {
        add(new Answers.Answer(index, reply, null));
    }

    synchronized void fail(int index, Failure failure) {
        add(new Answers.Answer(index, null, failure));
    }

    private void add(Answers.Answer answer) {
        if (answered.get(answer.index())) {
            return;
        }
        answered.set(answer.index());
        ready.add(answer);
        open--;
        sendSoon();
    }

    private void sendSoon() {
        if (!sending && asker != null) {
            sending = true;
            context.runOnContext(nothing -> send());
        }
    }

    private synchronized void send() {
        sending = false;
        Message<Requests> to = asker;
        Answers parcel = new Answers(ready, open > 0);
        ready = new ArrayList<>();
        asker = null;
        if (open == 0) {
            to.reply(parcel, codec);
        } else {
            to.<Requests>replyAndRequest(parcel, codec).onComplete(this::sendMoreTo, Answering::noteGone);
        }
    }

    private synchronized void sendMoreTo(Message<Requests> waiting) {
        asker = waiting;
        if (!ready.isEmpty()) {
            sendSoon();
        }
    }

    /** It will ask again, or look in the tables. */
    private static void noteGone(Throwable cause) {
        LOG.debug("who asked does not wait any more: {}", cause.getMessage());
    }
}
