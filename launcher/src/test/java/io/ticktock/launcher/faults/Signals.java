package io.ticktock.launcher.faults;

import java.io.IOException;

/** Signals of the operating system, to one process that the test has started. */
public final class Signals {

    private Signals() {}

    /** @param signal such as STOP; nothing happens when the process has just ended */
    public static void send(String signal, ProcessHandle process) throws IOException {
        try {
            Command.run("kill", "-" + signal, Long.toString(process.pid()));
        } catch (IOException e) {
            if (process.isAlive()) {
                throw e;
            }
        }
    }
}
