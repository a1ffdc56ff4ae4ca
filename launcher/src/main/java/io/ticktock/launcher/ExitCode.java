package io.ticktock.launcher;

/** What a command tells the shell. */
public enum ExitCode {
    /** Done; a lifetime that was run has completed. */
    COMPLETED(0),
    /** It could not be done, or the lifetime has failed or was aborted. */
    FAILED(1),
    /** Wrong flags or arguments, a wrong file, or a data folder that somebody else uses. */
    USAGE(2),
    /** The lifetime has not ended: it waits for a person, a timer or a resume. */
    WAITING(3);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
