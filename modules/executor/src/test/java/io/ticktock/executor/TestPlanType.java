package io.ticktock.executor;

import io.ticktock.sdk.PlanHandler;
import io.ticktock.sdk.PlanType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** As {@link TestTaskType}, for Plans. */
public final class TestPlanType implements PlanType {

    static final Map<String, PlanHandler> HANDLERS = new ConcurrentHashMap<>();

    @Override
    public String name() {
        return "test.plan";
    }

    @Override
    public PlanHandler handler() {
        return context -> HANDLERS.get(context.attempt().nodeId()).decide(context);
    }
}
