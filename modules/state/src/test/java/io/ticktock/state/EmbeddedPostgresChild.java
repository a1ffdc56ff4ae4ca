package io.ticktock.state;

import java.io.IOException;
import java.nio.file.Path;

/** A process of its own that uses an embedded server until it is killed or its input ends. */
final class EmbeddedPostgresChild {

    private EmbeddedPostgresChild() {}

    /** Arguments: the data folder, and after how many seconds an orphan ends. Prints the server's process. */
    public static void main(String[] arguments) throws IOException {
        try (EmbeddedPostgres postgres =
                EmbeddedPostgres.start(Path.of(arguments[0]), Integer.parseInt(arguments[1]))) {
            System.out.println("server " + postgres.pid());
            while (System.in.read() >= 0) {
                // Nothing is said to it.
            }
        }
    }
}
