package io.ticktock.guardrail.policy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Policies that tests read. Tests run in the folder of their module. */
final class PolicyTexts {

    static final Path FAULTY = Path.of("src/test/resources/faulty");
    static final Path SHIPPED = Path.of("../../conf/policies");

    private PolicyTexts() {}

    static List<Path> in(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static PolicySet parse(String text) {
        return PolicySet.parse(Map.of("policies.yaml", text.getBytes(StandardCharsets.UTF_8)));
    }
}
