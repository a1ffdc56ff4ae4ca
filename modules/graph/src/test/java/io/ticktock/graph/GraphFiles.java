package io.ticktock.graph;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The graph files that tests read. Tests run in the folder of their module. */
final class GraphFiles {

    static final Path FAULTY = Path.of("src/test/resources/faulty");
    static final Path VALID = Path.of("src/test/resources/valid");

    private GraphFiles() {}

    /** The YAML and JSON files of a folder, by name. */
    static List<Path> in(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().matches(".*\\.(yaml|json)"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] content(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static AgentGraph parse(Path file) {
        return GraphParser.parse(file.getFileName().toString(), content(file), "acme");
    }
}
