package io.ticktock.graph;

import java.util.List;
import java.util.stream.Collectors;

/** A file is not a valid graph. Holds all that is wrong with it, at least one fault, in the order of the file. */
public final class GraphFaults extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<GraphFault> faults;

    public GraphFaults(List<GraphFault> faults) {
        super(faults.stream().map(GraphFault::toString).collect(Collectors.joining("\n")));
        this.faults = List.copyOf(faults);
    }

    public List<GraphFault> faults() {
        return faults;
    }
}
