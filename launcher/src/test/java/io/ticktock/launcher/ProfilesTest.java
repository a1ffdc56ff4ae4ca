package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.launcher.configuration.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The configuration files that ship are read by the program's own reader, to which an unknown key is an error. */
class ProfilesTest {

    private static final Path CONF = Path.of("..", "conf");
    /** A table, which the configuration may name. */
    private static final String PRICES = "prices.yaml";

    private static final Pattern PART =
            Pattern.compile("--config conf/split.yaml --modules ([a-z,]+) --data \\S+ --set (\\S+)=(\\S+)");

    @Test
    void everyFileIsAValidConfiguration() throws IOException {
        List<String> read = new ArrayList<>();
        try (Stream<Path> files = Files.list(CONF)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".yaml"))
                    .filter(each -> !each.endsWith(PRICES))
                    .sorted()
                    .toList()) {
                read.add(file.getFileName().toString());
                assertEquals(
                        file.endsWith("split.yaml"),
                        Configuration.of(Settings.shipped().with(file))
                                .cluster()
                                .isPresent());
            }
        }
        assertEquals(List.of("split.yaml", "ticktock.yaml"), read);
    }

    /** As its first lines say that it is used. */
    @Test
    void thePartsOnOneHostAreOneSystem() throws IOException {
        Path file = CONF.resolve("split.yaml");
        Set<SystemModule> all = EnumSet.noneOf(SystemModule.class);
        Matcher part = PART.matcher(Files.readString(file));
        while (part.find()) {
            Configuration configuration = Configuration.of(Settings.shipped()
                    .with(file)
                    .with("launcher.modules", part.group(1), "--modules")
                    .with(part.group(2), part.group(3), "--set"));
            int port = configuration.cluster().orElseThrow().port();
            assertTrue(
                    configuration.cluster().orElseThrow().members().stream().anyMatch(member -> member.port() == port));
            for (String word : configuration.launcher().modules()) {
                assertTrue(all.add(SystemModule.ofWord(word).orElseThrow()), word);
            }
        }
        assertEquals(EnumSet.allOf(SystemModule.class), all);
    }
}
