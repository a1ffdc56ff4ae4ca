package io.ticktock.launcher;

import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphDrawing;
import io.ticktock.graph.GraphFaults;
import io.ticktock.graph.GraphParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A graph's file, as a person names it. */
final class GraphFile {

    /** More is refused unread; what the format itself allows is less. */
    private static final long MAX_BYTES = 16L * 1024 * 1024;

    private GraphFile() {}

    /** The graph, or a failure with one line per fault. */
    static AgentGraph read(Path file) {
        try {
            return GraphParser.parse(file.toString(), content(file), Client.DEFAULT_TENANT);
        } catch (GraphFaults faults) {
            throw new CommandFailure(ExitCode.USAGE, faults.getMessage(), faults);
        }
    }

    private static byte[] content(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw CommandFailure.usage(file + ": no such file");
            }
            if (Files.size(file) > MAX_BYTES) {
                throw CommandFailure.usage(file + ": too large for a graph file");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.USAGE, file + ": cannot be read", e);
        }
    }

    /** One line per fault; none when the file is right. */
    static List<String> faults(Path file) {
        try {
            read(file);
            return List.of();
        } catch (CommandFailure faults) {
            return faults.getMessage().lines().toList();
        }
    }

    static String drawing(AgentGraph graph, DrawCommand.DrawingFormat format) {
        return switch (format) {
            case MERMAID -> GraphDrawing.mermaid(graph);
            case DOT -> GraphDrawing.dot(graph);
        };
    }
}
