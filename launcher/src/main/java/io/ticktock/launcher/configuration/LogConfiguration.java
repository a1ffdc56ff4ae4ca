package io.ticktock.launcher.configuration;

/** The configuration key {@code log}. */
public record LogConfiguration(Format format) {

    /** How an entry is written. */
    public enum Format {
        TEXT,
        JSON
    }
}
