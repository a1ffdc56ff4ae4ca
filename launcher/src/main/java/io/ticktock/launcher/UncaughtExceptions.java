package io.ticktock.launcher;

import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What no thread has caught is told in the log, in its format; by default Java writes it between what a command prints. */
final class UncaughtExceptions implements Thread.UncaughtExceptionHandler {

    @Override
    public void uncaughtException(Thread thread, Throwable cause) {
        // Not before it is needed: logging is set up once, and the command line says how.
        Logger log = LoggerFactory.getLogger(UncaughtExceptions.class);
        if (cause instanceof RejectedExecutionException) {
            // While a process stops, what a thread was still at finds nobody to tell it to.
            log.debug("thread {}: its result came too late", thread.getName(), cause);
            return;
        }
        log.error("thread {} ended", thread.getName(), cause);
    }
}
