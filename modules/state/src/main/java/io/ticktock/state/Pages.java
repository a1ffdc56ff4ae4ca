package io.ticktock.state;

import io.ticktock.bus.Failure;
import java.util.UUID;

/** Sizes and tokens of pages. */
public final class Pages {

    private Pages() {}

    /** The size to use for the one asked for; 0 asks for the usual one. INVALID_ARGUMENT out of 0 to most. */
    public static int size(int asked, int usual, int most) {
        if (asked < 0 || asked > most) {
            throw Refusal.invalid("page_size must be 1 to " + most + ", or 0 for " + usual + ", not " + asked);
        }
        return asked == 0 ? usual : asked;
    }

    /** The lifetime behind which a page begins; without a token the given one. */
    public static UUID lifetimeToken(String token, UUID none) {
        if (token.isEmpty()) {
            return none;
        }
        try {
            return UUID.fromString(token);
        } catch (IllegalArgumentException e) {
            throw badToken();
        }
    }

    /** What to say of a token that no page has given. */
    public static Failure badToken() {
        return Refusal.invalid("page_token must be the next_page_token of the page before");
    }
}
