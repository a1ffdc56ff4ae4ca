package io.ticktock.launcher;

/** How a command prints what was asked for. */
enum OutputFormat {
    /** For people. */
    TEXT,
    /** One JSON object. */
    JSON
}
