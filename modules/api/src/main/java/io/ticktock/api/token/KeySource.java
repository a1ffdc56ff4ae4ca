package io.ticktock.api.token;

import io.vertx.core.Future;

/** Where the issuer's keys come from. */
interface KeySource {

    /** More than this is no set of keys. */
    int MOST_BYTES = 256 * 1024;

    /** The JWK set as it is now; fails with {@link KeySetFault} when it cannot be had. */
    Future<byte[]> read();

    /** Whether it has to be there when the process starts: what is on this machine has. */
    boolean isAtHand();

    /** The setting that names it, and what it says. */
    String described();
}
