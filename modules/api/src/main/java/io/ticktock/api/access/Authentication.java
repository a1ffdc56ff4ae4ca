package io.ticktock.api.access;

/** Whether requests need a credential. */
public enum Authentication {
    /** Requests without one are of an administrator of the operating tenant: on a loopback address only. */
    NONE,
    REQUIRED
}
