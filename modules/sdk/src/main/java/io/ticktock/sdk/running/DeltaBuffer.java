package io.ticktock.sdk.running;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gathers the pieces that one attempt says while it runs, until they may be sent: the first at once, and from then on no
 * more than one message in each interval. What there is no room for pushes out the oldest, and is counted. For any thread.
 */
public final class DeltaBuffer {

    /** What {@link #add} answers when nothing has to be seen to. */
    public static final long NOTHING_DUE = -1;

    public static final Duration INTERVAL = Duration.ofMillis(50);

    /** Of one attempt, and so of one message. */
    public static final int MOST_CHARS = 16 << 10;

    /** Of all attempts of a process together. */
    public static final long MOST_WAITING_CHARS = 8L << 20;

    /** What must not be told. */
    public interface Redaction {

        Redaction NONE = new Redaction() {
            @Override
            public String redacted(String text) {
                return text;
            }

            @Override
            public int unfinished(String text) {
                return 0;
            }
        };

        /** The text without it. */
        String redacted(String text);

        /** With how many characters at the text's end it may begin. */
        int unfinished(String text);
    }

    /**
     * A message.
     *
     * @param number from 1
     * @param droppedChars that are missing right before the text
     */
    public record Piece(long number, String text, long droppedChars) {}

    private final AtomicLong waitingOfAll;
    private final Redaction redaction;
    private final StringBuilder waiting = new StringBuilder();
    private long dropped;
    private long taken;
    private long takenAtNanos;
    private boolean due;
    private boolean ended;

    /** @param waitingOfAll how many characters wait in all buffers of the process */
    public DeltaBuffer(AtomicLong waitingOfAll, Redaction redaction) {
        this.waitingOfAll = waitingOfAll;
        this.redaction = redaction;
    }

    /** In how many nanoseconds to {@link #take}, or {@link #NOTHING_DUE}. */
    public synchronized long add(String text, long nowNanos) {
        if (ended || text == null || text.isEmpty()) {
            return NOTHING_DUE;
        }
        append(text);
        if (due) {
            return NOTHING_DUE;
        }
        due = true;
        return taken == 0 ? 0 : Math.max(0, takenAtNanos + INTERVAL.toNanos() - nowNanos);
    }

    /** What waits, as one message. */
    public synchronized Optional<Piece> take(long nowNanos) {
        due = false;
        String text = redaction.redacted(waiting.toString());
        return message(text, text.length() - heldBack(text), nowNanos);
    }

    /** What still waits; nothing comes after it. */
    public synchronized Optional<Piece> end(long nowNanos) {
        ended = true;
        String text = redaction.redacted(waiting.toString());
        return message(text, text.length(), nowNanos);
    }

    private Optional<Piece> message(String text, int length, long nowNanos) {
        keep(text.substring(length));
        if (length == 0) {
            return Optional.empty();
        }
        takenAtNanos = nowNanos;
        Piece piece = new Piece(++taken, text.substring(0, length), dropped);
        dropped = 0;
        return Optional.of(piece);
    }

    private void append(String text) {
        int before = waiting.length();
        long roomOfAll = Math.max(0, MOST_WAITING_CHARS - waitingOfAll.get());
        int room = (int) Math.min(MOST_CHARS, before + roomOfAll);
        if (before + (long) text.length() <= room) {
            waiting.append(text);
            waitingOfAll.addAndGet(text.length());
            return;
        }
        // Before it is cut, since a part of what is redacted would not be known again.
        String all = redaction.redacted(waiting + text);
        // What may be the beginning of it stays whole, room or not: the rest that is still to come would tell.
        int from = Math.min(Math.max(0, all.length() - room), all.length() - redaction.unfinished(all));
        if (from > 0 && from < all.length() && Character.isLowSurrogate(all.charAt(from))) {
            from++;
        }
        dropped += from;
        keep(all.substring(from));
    }

    private void keep(String text) {
        waitingOfAll.addAndGet(text.length() - (long) waiting.length());
        waiting.setLength(0);
        waiting.append(text);
    }

    /** Half a character is no text. */
    private int heldBack(String text) {
        int halfCharacter = !text.isEmpty() && Character.isHighSurrogate(text.charAt(text.length() - 1)) ? 1 : 0;
        return Math.max(halfCharacter, redaction.unfinished(text));
    }
}
