package io.ticktock.state;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.ticktock.bus.Failure;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/** Sizes and tokens of pages. */
public final class Pages {

    private static final int USUAL = 50;
    private static final int MOST = 200;
    private static final int USUAL_EVENTS = 200;
    private static final int MOST_EVENTS = 1_000;
    private static final int MARK_DIGITS = 16;

    private Pages() {}

    /** Of a list, as all lists have it. */
    public static int size(int asked) {
        return size(asked, USUAL, MOST);
    }

    /** Of events, which are small. */
    public static int sizeOfEvents(int asked) {
        return size(asked, USUAL_EVENTS, MOST_EVENTS);
    }

    /** The size to use for the one asked for; 0 asks for the usual one. INVALID_ARGUMENT out of 0 to most. */
    public static int size(int asked, int usual, int most) {
        if (asked < 0 || asked > most) {
            throw Refusal.invalid("page_size must be 1 to " + most + ", or 0 for " + usual + ", not " + asked);
        }
        return asked == 0 ? usual : asked;
    }

    /** The lifetime that a place is. */
    static UUID lifetime(String place) {
        try {
            return UUID.fromString(place);
        } catch (IllegalArgumentException e) {
            throw badToken();
        }
    }

    /**
     * A token for what is behind this place in a list, and good for that list only.
     *
     * @param list the request for it, without size and token
     */
    public static String token(Message list, String place) {
        return mark(list) + place;
    }

    /** The place behind which a page begins; empty without a token. INVALID_ARGUMENT for another list's token. */
    public static Optional<String> place(Message list, String token) {
        if (token.isEmpty()) {
            return Optional.empty();
        }
        if (token.length() <= MARK_DIGITS || !token.startsWith(mark(list))) {
            throw badToken();
        }
        return Optional.of(token.substring(MARK_DIGITS));
    }

    /** Tells lists apart; a place says nothing that its list does not, so that nobody gains by forging one. */
    private static String mark(Message list) {
        byte[] digest = RecordDigest.of(Any.pack(list)).toByteArray();
        return HexFormat.of().formatHex(digest, 0, MARK_DIGITS / 2);
    }

    /** What to say of a token that no page has given. */
    public static Failure badToken() {
        return Refusal.invalid("page_token must be the next_page_token of the page before, with the same filters");
    }
}
