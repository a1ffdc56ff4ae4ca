package io.ticktock.executor;

import io.ticktock.graph.Task;
import io.ticktock.sdk.PlanType;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Which handler runs which type of node: the built-in types, and those of authors. */
final class HandlerTypes {

    private final Map<String, TaskType> tasks = new HashMap<>();
    private final Map<String, PlanType> plans = new HashMap<>();

    /** Throws IllegalArgumentException when two types have one name. */
    HandlerTypes(List<TaskType> tasks, List<PlanType> plans) {
        for (TaskType type : tasks) {
            refuseSecond(type.name(), this.tasks.put(type.name(), type), type);
        }
        for (PlanType type : plans) {
            refuseSecond(type.name(), this.plans.put(type.name(), type), type);
        }
    }

    /**
     * The built-in types, and those that authors have put on the class path.
     *
     * @param ownTasks take the place of those on the class path
     * @param ownPlans as well
     */
    static HandlerTypes withAuthors(
            List<TaskType> tasks, List<PlanType> plans, List<TaskType> ownTasks, List<PlanType> ownPlans) {
        Set<String> ownNames = new HashSet<>();
        ownTasks.forEach(type -> ownNames.add(authors(type, type.name()).name()));
        ownPlans.forEach(type -> ownNames.add(authors(type, type.name()).name()));
        List<TaskType> allTasks = new ArrayList<>(tasks);
        allTasks.addAll(ownTasks);
        for (TaskType type : ServiceLoader.load(TaskType.class)) {
            if (!ownNames.contains(type.name())) {
                allTasks.add(authors(type, type.name()));
            }
        }
        List<PlanType> allPlans = new ArrayList<>(plans);
        allPlans.addAll(ownPlans);
        for (PlanType type : ServiceLoader.load(PlanType.class)) {
            if (!ownNames.contains(type.name())) {
                allPlans.add(authors(type, type.name()));
            }
        }
        return new HandlerTypes(allTasks, allPlans);
    }

    /** None where a worker outside is to run it: that may be an author's own type only. */
    Optional<TaskType> task(String name) {
        TaskType type = tasks.get(name);
        if (type == null && !name.contains(".")) {
            throw unknown("Task", name);
        }
        return Optional.ofNullable(type);
    }

    PlanType plan(String name) {
        PlanType type = plans.get(name);
        if (type == null) {
            throw unknown("Plan", name);
        }
        return type;
    }

    private static <T> T authors(T type, String name) {
        if (!name.contains(".")) {
            throw new IllegalArgumentException(
                    "the type " + name + " of " + type.getClass().getName() + " needs a dot in its name, such as acme."
                            + name + "; names without one are built in");
        }
        return type;
    }

    private static void refuseSecond(String name, Object earlier, Object type) {
        if (earlier != null) {
            throw new IllegalArgumentException("the type " + name + " is there twice: "
                    + earlier.getClass().getName() + " and " + type.getClass().getName());
        }
    }

    /** Where no worker can come either. */
    static TaskHandler noHandler(Task task) {
        return context -> CompletableFuture.failedFuture(unknown("Task", task.type()));
    }

    private static AttemptFailure unknown(String kind, String name) {
        return AttemptFailure.permanent(
                "unknown_type",
                "this executor has no handler for " + kind + "s of type " + name
                        + "; put the jar that has it on its class path");
    }
}
