package io.ticktock.launcher;

import picocli.CommandLine.Option;

/** The flag that tells how to print. */
final class FormatOption {

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "text (default) or json.")
    private OutputFormat format = OutputFormat.TEXT;

    OutputFormat format() {
        return format;
    }

    boolean isJson() {
        return format == OutputFormat.JSON;
    }
}
