package io.ticktock.launcher;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What can be said of the image without building it, for which the build has no engine. */
class ContainerfileTest {

    private static final Path ROOT = Path.of("..");
    private static final Set<String> INSTRUCTIONS =
            Set.of("FROM", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "EXPOSE", "ENTRYPOINT", "CMD");

    private static List<String> lines() throws IOException {
        return Files.readAllLines(ROOT.resolve("Containerfile")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }

    private static Stream<String> of(String instruction) throws IOException {
        return lines().stream()
                .filter(line -> line.startsWith(instruction + " "))
                .map(line -> line.substring(instruction.length() + 1));
    }

    @Test
    void everyLineIsAnInstruction() throws IOException {
        for (String line : lines()) {
            assertTrue(INSTRUCTIONS.contains(line.split(" ", 2)[0]), line);
        }
    }

    @Test
    void whatItCopiesIsThereAndNotIgnored() throws IOException {
        List<String> ignored = Files.readAllLines(ROOT.resolve(".dockerignore"));
        assertTrue(ignored.contains("*"));
        Set<String> copied = new TreeSet<>();
        for (String copy : of("COPY").filter(line -> !line.startsWith("--")).toList()) {
            String[] words = copy.split(" ");
            copied.addAll(List.of(words).subList(0, words.length - 1));
        }
        assertFalse(copied.isEmpty());
        for (String source : copied) {
            assertTrue(Files.exists(ROOT.resolve(source)), source);
            assertTrue(ignored.contains("!" + source), () -> source + " is ignored");
        }
        for (String module : all("<module>([^<]+)</module>")) {
            assertTrue(copied.contains(module.split("/")[0]), () -> module + " is not copied");
        }
    }

    private static Set<String> all(String pattern) throws IOException {
        return Pattern.compile(pattern)
                .matcher(Files.readString(ROOT.resolve("pom.xml")))
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(toCollection(TreeSet::new));
    }

    /** Images of a certain release of the Java that the program is compiled for. */
    @Test
    void itBuildsAndRunsOnTheJavaOfTheBuild() throws IOException {
        String release = all("<maven.compiler.release>([0-9]+)</maven.compiler.release>")
                .iterator()
                .next();
        for (String image : of("FROM").toList()) {
            assertTrue(image.matches(".*:[^ ]*\\b" + release + "\\b.*"), image);
        }
    }

    @Test
    void javaItselfIsTheProcessAndIsNotRoot() throws IOException {
        List<String> command = List.of(
                new ObjectMapper().readValue(of("ENTRYPOINT").findFirst().orElseThrow(), String[].class));
        String jar = command.get(command.size() - 1);
        assertEquals("java", command.get(0));
        assertEquals("-jar", command.get(command.size() - 2));
        assertTrue(of("COPY").anyMatch(copy -> copy.startsWith("--from=build ") && copy.endsWith(" " + jar)), jar);
        String user = of("USER").reduce((earlier, later) -> later).orElseThrow();
        assertTrue(user.matches("[1-9][0-9]*:[1-9][0-9]*"), user);
        String[] serve = new ObjectMapper().readValue(of("CMD").findFirst().orElseThrow(), String[].class);
        assertEquals("serve", serve[0]);
        assertEquals(of("VOLUME").findFirst().orElseThrow(), serve[2]);
    }
}
