package io.ticktock.launcher;

import io.ticktock.bus.Failure;
import io.ticktock.guardrail.policy.PolicyFaults;
import io.ticktock.launcher.configuration.ConfigurationFault;

/** Ends a command. Its message is all that the user sees: one sentence, or one line per fault. */
final class CommandFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;

    CommandFailure(ExitCode exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    CommandFailure(ExitCode exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    static CommandFailure usage(String message) {
        return new CommandFailure(ExitCode.USAGE, message);
    }

    ExitCode exitCode() {
        return exitCode;
    }

    /** Any throwable as what a command ends with; the one mapper from failures to exit codes. */
    static CommandFailure of(Throwable cause) {
        if (cause instanceof CommandFailure failure) {
            return failure;
        }
        if (cause instanceof ConfigurationFault fault) {
            return new CommandFailure(ExitCode.USAGE, fault.getMessage(), fault);
        }
        if (cause instanceof PolicyFaults faults) {
            return new CommandFailure(ExitCode.USAGE, faults.getMessage(), faults);
        }
        Failure failure = Failure.of(cause);
        ExitCode exitCode = switch (failure.code()) {
            case INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS -> ExitCode.USAGE;
            case FAILED_PRECONDITION,
                    FENCED,
                    OVERLOADED,
                    QUOTA_EXCEEDED,
                    UNAVAILABLE,
                    UNAUTHENTICATED,
                    PERMISSION_DENIED,
                    STALE,
                    INTERNAL -> ExitCode.FAILED;
        };
        return new CommandFailure(exitCode, failure.getMessage(), failure);
    }
}
