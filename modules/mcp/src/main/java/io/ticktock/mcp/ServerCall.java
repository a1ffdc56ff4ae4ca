package io.ticktock.mcp;

import java.util.Optional;

/** One request of an attempt: how whoever waits for it and the messages that go out for it find one another. */
final class ServerCall {

    /** Under which the messages of a request find it. */
    static final Object KEY = ServerCall.class;

    private Object id;
    private boolean abandoned;

    /** Whether it is still wanted, now that it is about to be sent under this id. */
    synchronized boolean sendsAs(Object messageId) {
        id = messageId;
        return !abandoned;
    }

    /** Nobody wants the answer any more. The id when it has been sent. */
    synchronized Optional<Object> abandon() {
        boolean isFirst = !abandoned;
        abandoned = true;
        return isFirst ? Optional.ofNullable(id) : Optional.empty();
    }
}
