package io.ticktock.graph;

import io.ticktock.graph.reading.FileFault;
import java.util.List;
import java.util.stream.Collectors;

/** A file is not a valid graph. Holds all that is wrong with it, at least one fault, in the order of the file. */
public final class GraphFaults extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<FileFault> faults;

    public GraphFaults(List<FileFault> faults) {
        super(faults.stream().map(FileFault::toString).collect(Collectors.joining("\n")));
        this.faults = List.copyOf(faults);
    }

    public List<FileFault> faults() {
        return faults;
    }
}
