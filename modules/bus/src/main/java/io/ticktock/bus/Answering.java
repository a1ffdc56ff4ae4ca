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
    private final boolean leavesProcess;
    private final BitSet answered = new BitSet();
    private List<Answers.Answer> ready = new ArrayList<>();
    private int open;
    private boolean sending;
    /** Who waits for answers; null while they are on their way there. */
    private Message<Requests> asker;

    /**
     * @param codec for answers
     * @param leavesProcess whether they may, so that their size counts
     */
    Answering(Context context, DeliveryOptions codec, Message<Requests> asker, boolean leavesProcess) {
        this.leavesProcess = leavesProcess;
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
        List<Answers.Answer> answers = takeReady();
        Answers parcel = new Answers(answers, open > 0 || !ready.isEmpty());
        asker = null;
        if (parcel.more()) {
            to.<Requests>replyAndRequest(parcel, codec).onComplete(this::sendMoreTo, Answering::noteGone);
        } else {
            to.reply(parcel, codec);
        }
    }

    /** As many as one message may carry, and at least one; the others stay for the next. */
    private List<Answers.Answer> takeReady() {
        List<Answers.Answer> all = ready;
        int count = leavesProcess ? countThatFits(all) : all.size();
        ready = new ArrayList<>(all.subList(count, all.size()));
        return count == all.size() ? all : List.copyOf(all.subList(0, count));
    }

    private static int countThatFits(List<Answers.Answer> answers) {
        long bytes = 0;
        for (int i = 0; i < answers.size(); i++) {
            bytes += answers.get(i).sizeBytes();
            if (bytes > Outbox.MOST_BYTES) {
                return Math.max(1, i);
            }
        }
        return answers.size();
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
