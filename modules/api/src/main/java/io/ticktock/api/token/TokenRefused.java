package io.ticktock.api.token;

/** A token does not count. Why is for tests and the log at level debug; callers are never told. */
public final class TokenRefused extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public TokenRefused(String why) {
        super(why, null, false, false);
    }
}
