package io.ticktock.launcher;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ticktock draw}: a graph as a picture in text. */
@Command(
        name = "draw",
        description = "Draws a graph as Mermaid or Graphviz text. Needs neither data folder nor --server.")
final class DrawCommand implements Callable<Integer> {

    /** What the drawing is written in. */
    enum DrawingFormat {
        MERMAID,
        DOT
    }

    private final Session session;

    @Parameters(paramLabel = "GRAPH.yaml", description = "The graph's file.")
    private Path file;

    @Option(names = "--format", paramLabel = "FORMAT", description = "mermaid (default) or dot.")
    private DrawingFormat format = DrawingFormat.MERMAID;

    DrawCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        session.terminal()
                .out()
                .println(GraphFile.drawing(GraphFile.read(file), format).stripTrailing());
        return ExitCode.COMPLETED.number();
    }
}
