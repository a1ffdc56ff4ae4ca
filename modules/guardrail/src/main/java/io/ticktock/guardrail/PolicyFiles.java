package io.ticktock.guardrail;

import io.ticktock.graph.reading.FileFault;
import io.ticktock.graph.source.SourceFile;
import io.ticktock.guardrail.policy.PolicyFaults;
import io.ticktock.guardrail.policy.PolicySet;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Policy files on disk: one file, or those of a folder that end in .yaml, .yml or .json. Blocks; for one thread at a time. */
public final class PolicyFiles {

    private static final int MAX_FILES = 1_000;

    private final Path path;
    private Map<String, byte[]> latest = Map.of();
    private boolean read;

    public PolicyFiles(Path path) {
        this.path = path;
    }

    /** The policies as they are now; throws {@link PolicyFaults}. */
    public static PolicySet read(Path path) {
        return PolicySet.parse(contents(path));
    }

    /** The policies, unless the files are what they were when this was last asked; throws {@link PolicyFaults}. */
    Optional<PolicySet> readIfChanged() {
        Map<String, byte[]> now = contents(path);
        if (read && isSame(now)) {
            return Optional.empty();
        }
        latest = now;
        read = true;
        return Optional.of(PolicySet.parse(now));
    }

    private boolean isSame(Map<String, byte[]> now) {
        return now.keySet().equals(latest.keySet())
                && now.entrySet().stream().allMatch(file -> Arrays.equals(file.getValue(), latest.get(file.getKey())));
    }

    private static Map<String, byte[]> contents(Path path) {
        Map<String, byte[]> contents = new TreeMap<>();
        for (Path file : files(path)) {
            contents.put(file.toString(), content(file));
        }
        return contents;
    }

    private static List<Path> files(Path path) {
        if (Files.isRegularFile(path)) {
            return List.of(path);
        }
        if (!Files.isDirectory(path)) {
            throw unreadable(path, "there is no such file or folder", "name a policy file, or a folder of them", null);
        }
        try (Stream<Path> entries = Files.list(path)) {
            List<Path> files = entries.filter(PolicyFiles::isPolicyFile)
                    .sorted()
                    .limit(MAX_FILES + 1L)
                    .toList();
            if (files.size() > MAX_FILES) {
                throw unreadable(path, "the folder has more than " + MAX_FILES + " policy files", "keep fewer", null);
            }
            return files;
        } catch (IOException e) {
            throw unreadable(path, "the folder cannot be read", "let the user of this process read it", e);
        }
    }

    /** What begins with a dot is of an editor, or of a mounted volume. */
    private static boolean isPolicyFile(Path file) {
        String name = file.getFileName().toString();
        return !name.startsWith(".") && name.matches(".*\\.(yaml|yml|json)") && Files.isRegularFile(file);
    }

    /** No more than what shows that the file is too large. */
    private static byte[] content(Path file) {
        try (InputStream content = Files.newInputStream(file)) {
            return content.readNBytes(SourceFile.MAX_BYTES + 1);
        } catch (IOException e) {
            throw unreadable(file, "the file cannot be read", "let the user of this process read it", e);
        }
    }

    private static PolicyFaults unreadable(Path path, String message, String fix, IOException cause) {
        PolicyFaults faults = new PolicyFaults(List.of(new FileFault(path.toString(), 1, 1, message, fix)));
        if (cause != null) {
            faults.initCause(cause);
        }
        return faults;
    }
}
