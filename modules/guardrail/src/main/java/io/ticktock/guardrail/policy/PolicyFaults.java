package io.ticktock.guardrail.policy;

import io.ticktock.graph.reading.FileFault;
import java.util.List;
import java.util.stream.Collectors;

/** Files are no valid policies. Holds all that is wrong with them, at least one fault, file by file and in their order. */
public final class PolicyFaults extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<FileFault> faults;

    public PolicyFaults(List<FileFault> faults) {
        super(faults.stream().map(FileFault::toString).collect(Collectors.joining("\n")));
        this.faults = List.copyOf(faults);
    }

    public List<FileFault> faults() {
        return faults;
    }
}
