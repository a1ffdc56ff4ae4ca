package io.ticktock.graph.reading;

/**
 * What is wrong with a file.
 *
 * @param file as the file was named
 * @param line from 1
 * @param column in the line, in characters from 1
 * @param message what is wrong
 * @param fix what would be right
 */
public record FileFault(String file, int line, int column, String message, String fix) {

    @Override
    public String toString() {
        return file + ":" + line + ":" + column + ": " + message + "; " + fix;
    }
}
