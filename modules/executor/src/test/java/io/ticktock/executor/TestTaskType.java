package io.ticktock.executor;

import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** An author's own type, found as any author's; what it does, a test says by the id of the node. */
public final class TestTaskType implements TaskType {

    static final Map<String, TaskHandler> HANDLERS = new ConcurrentHashMap<>();

    @Override
    public String name() {
        return "test.task";
    }

    @Override
    public TaskHandler handler() {
        return context -> HANDLERS.get(context.attempt().nodeId()).run(context);
    }
}
