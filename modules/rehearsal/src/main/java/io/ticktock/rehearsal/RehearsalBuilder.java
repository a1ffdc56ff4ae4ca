package io.ticktock.rehearsal;

import io.ticktock.sdk.PlanHandler;
import io.ticktock.sdk.PlanType;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a rehearsal is made of. */
public final class RehearsalBuilder {

    private record Named(String name, TaskHandler handler) implements TaskType {}

    private record NamedPlan(String name, PlanHandler handler) implements PlanType {}

    private final List<TaskType> tasks = new ArrayList<>();
    private final List<PlanType> plans = new ArrayList<>();
    private Optional<Path> policies = Optional.empty();

    RehearsalBuilder() {}

    /** What runs the Tasks of a type, such as {@code acme.search}; in place of what the class path has for it. */
    public RehearsalBuilder task(String type, TaskHandler handler) {
        tasks.add(new Named(type, handler));
        return this;
    }

    /** What decides for the Plans of a type. */
    public RehearsalBuilder plan(String type, PlanHandler handler) {
        plans.add(new NamedPlan(type, handler));
        return this;
    }

    /** A file or folder of policies that are in force. */
    public RehearsalBuilder policies(Path fileOrFolder) {
        policies = Optional.of(fileOrFolder);
        return this;
    }

    /** Begins it. Throws IllegalArgumentException when a type has no dot in its name, or is there twice. */
    public Rehearsal begin() {
        return new Rehearsal(tasks, plans, policies);
    }
}
