package io.ticktock.sdk.worker;

/** The server does not want this worker, and asking again would not help. */
public final class WorkerRefused extends RuntimeException {

    private static final long serialVersionUID = 1L;

    WorkerRefused(String message) {
        super(message);
    }
}
