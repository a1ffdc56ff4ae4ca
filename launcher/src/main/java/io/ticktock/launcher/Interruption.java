package io.ticktock.launcher;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command end in its own way when the process is told to stop (Ctrl-C, SIGTERM): the command sees
 * {@link #requested}, tidies up, and its exit code is the process's.
 */
final class Interruption {

    static final Duration LONGEST_TIDY_UP = Duration.ofSeconds(60);

    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile int exitCode = ExitCode.FAILED.number();

    /** Starts to listen for the signal. */
    static Interruption ofProcess() {
        Interruption interruption = new Interruption();
        Runtime.getRuntime().addShutdownHook(new Thread(interruption::holdExit, "interruption"));
        return interruption;
    }

    boolean requested() {
        return requested.getCount() == 0;
    }

    /** Throws a CommandFailure once the command is to end, which says what it was stopped before. */
    void stopIfRequested(String before) {
        if (requested()) {
            throw new CommandFailure(ExitCode.FAILED, "stopped before " + before);
        }
    }

    void awaitRequest() throws InterruptedException {
        requested.await();
    }

    /** Ends the process; does not return. */
    void exit(int code) {
        exitCode = code;
        finished.countDown();
        System.exit(code);
    }

    /** Runs as the shutdown hook, of which an ordinary exit takes no notice. */
    private void holdExit() {
        if (finished.getCount() == 0) {
            return;
        }
        requested.countDown();
        try {
            finished.await(LONGEST_TIDY_UP.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(exitCode);
    }
}
