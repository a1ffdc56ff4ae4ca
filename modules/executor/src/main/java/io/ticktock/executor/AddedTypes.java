package io.ticktock.executor;

import io.ticktock.graph.TaskExamination;
import io.ticktock.sdk.PlanType;
import io.ticktock.sdk.TaskType;
import java.io.Closeable;
import java.util.List;
import java.util.stream.Stream;

/**
 * Types that other modules bring, beside those that are built in here.
 *
 * @param tasks whose names need no dot
 * @param plans as well
 * @param resources what they hold; closed, on a thread that may block, once no attempt runs any more
 * @param examinations of Tasks before a graph is registered
 */
public record AddedTypes(
        List<TaskType> tasks, List<PlanType> plans, List<Closeable> resources, List<TaskExamination> examinations) {

    public static final AddedTypes NONE = new AddedTypes(List.of(), List.of(), List.of());

    /** Whose Tasks nobody examines. */
    public AddedTypes(List<TaskType> tasks, List<PlanType> plans, List<Closeable> resources) {
        this(tasks, plans, resources, List.of());
    }

    /** These and those of another module. */
    public AddedTypes and(AddedTypes others) {
        return new AddedTypes(
                joined(tasks, others.tasks),
                joined(plans, others.plans),
                joined(resources, others.resources),
                joined(examinations, others.examinations));
    }

    static <T> List<T> joined(List<T> first, List<T> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
