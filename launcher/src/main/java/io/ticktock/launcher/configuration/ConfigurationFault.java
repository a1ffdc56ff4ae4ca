package io.ticktock.launcher.configuration;

/** A configuration that cannot be used. The message names the key, where it stands, and what would be right. */
public final class ConfigurationFault extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ConfigurationFault(String message) {
        super(message);
    }

    ConfigurationFault(String message, Throwable cause) {
        super(message, cause);
    }
}
