package io.ticktock.graph.expression;

import java.util.List;
import java.util.stream.Collectors;

/** A text is not a valid expression or template. Holds all that is wrong with it, at least one fault. */
public final class ExpressionFaults extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<ExpressionFault> faults;

    public ExpressionFaults(List<ExpressionFault> faults) {
        super(faults.stream().map(ExpressionFault::toString).collect(Collectors.joining("\n")));
        this.faults = List.copyOf(faults);
    }

    public List<ExpressionFault> faults() {
        return faults;
    }
}
