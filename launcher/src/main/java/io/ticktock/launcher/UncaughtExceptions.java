package io.ticktock.launcher;

import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What no thread has caught is told in the log, in its format; by default Java writes it between what a command prints. */
final class UncaughtExceptions implements Thread.UncaughtExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(UncaughtExceptions.class);

    @Override
    public void uncaughtException(Thread thread, Throwable cause) {
        if (cause instanceof RejectedExecutionException) {
            // While a process stops, what a thread was still at finds nobody to tell it to.
            LOG.debug("thread {}: its result came too late", thread.getName(), cause);
            return;
        }
        LOG.error("thread {} ended", thread.getName(), cause);
    }
}
