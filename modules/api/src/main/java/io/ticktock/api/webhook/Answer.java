package io.ticktock.api.webhook;

import java.time.Duration;
import java.util.Optional;

/**
 * What came of one try.
 *
 * @param status 0 when there was no answer
 * @param error why there was none; empty when there was one
 * @param retryAfter how long the server asks to be left alone
 */
public record Answer(int status, String error, Optional<Duration> retryAfter) {

    private static final int GONE = 410;

    public static Answer none(String error) {
        return new Answer(0, error, Optional.empty());
    }

    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    /** The server wants nothing more. */
    public boolean isGone() {
        return status == GONE;
    }
}
