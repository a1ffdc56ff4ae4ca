package io.ticktock.graph.reading;

import io.ticktock.graph.source.SourceFault;
import io.ticktock.graph.source.SourcePosition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/** What is wrong with a file, gathered while it is read, so that all of it can be told at once. */
public final class Faults {

    private static final int MAX_FAULTS = 100;
    private static final int MAX_CHARS = 500;
    private static final int MAX_SHOWN_CHARS = 64;

    private static final Pattern BREAKS = Pattern.compile("[\\s\\p{Cc}\\p{Zl}\\p{Zp}]+");

    private final List<SourceFault> found = new ArrayList<>();

    public void add(SourcePosition position, String message, String fix) {
        found.add(new SourceFault(position, message, fix));
    }

    /** Where a reader of the file's syntax leaves what it finds. */
    public List<SourceFault> list() {
        return found;
    }

    public boolean isEmpty() {
        return found.isEmpty();
    }

    /** The first ones in the order of the file, which has this name. */
    public List<FileFault> in(String file) {
        return found.stream()
                .sorted(Comparator.comparing(SourceFault::position))
                .distinct()
                .limit(MAX_FAULTS)
                .map(fault -> new FileFault(
                        file,
                        fault.position().line(),
                        fault.position().column(),
                        oneLine(fault.message()),
                        oneLine(fault.fix())))
                .toList();
    }

    /** A name as messages show it: in quotes, on one line, and cut when it is long. */
    public static String shown(String name) {
        String line = name.replaceAll("\\s+", " ");
        return "'" + (line.length() > MAX_SHOWN_CHARS ? line.substring(0, MAX_SHOWN_CHARS) + "…" : line) + "'";
    }

    /** Messages quote from the file, which may hold anything. */
    private static String oneLine(String text) {
        String line = BREAKS.matcher(text).replaceAll(" ").strip();
        return line.length() > MAX_CHARS ? line.substring(0, MAX_CHARS) + "…" : line;
    }
}
