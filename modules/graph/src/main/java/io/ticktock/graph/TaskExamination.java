package io.ticktock.graph;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Finds out whether Tasks ask for what is there, before their graph is registered. */
public interface TaskExamination {

    /**
     * What was found, for people, each with the field of the node that it is about.
     *
     * @param faults what cannot work
     * @param warnings what could not be found out
     */
    record Findings(List<String> faults, List<String> warnings) {

        public static final Findings NONE = new Findings(List.of(), List.of());
    }

    /** Looks at one Task of a tenant's graph; at those of other types it does not look. Must not block. */
    CompletionStage<Findings> examine(String tenantId, Task task);
}
