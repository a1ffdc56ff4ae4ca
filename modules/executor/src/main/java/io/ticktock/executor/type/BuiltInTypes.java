package io.ticktock.executor.type;

import io.ticktock.executor.http.HttpSender;
import io.ticktock.sdk.PlanType;
import io.ticktock.sdk.TaskType;
import java.util.List;

/** The types that graphs can name without any jar beside the runtime. */
public record BuiltInTypes(List<TaskType> tasks, List<PlanType> plans) {

    public static BuiltInTypes of(HttpSender http, ValueLoader values, ChildOutputs outputs, int maxFanOut) {
        return new BuiltInTypes(
                List.of(
                        new TransformType(),
                        new HttpType(http),
                        new WaitType(),
                        new HumanType(values),
                        new ChildGraphType(outputs)),
                plans(maxFanOut));
    }

    /** Those of Plans; what they decide follows from their inputs alone. */
    public static List<PlanType> plans(int maxFanOut) {
        return List.of(new RulesType(), new NextType(), new MapType(maxFanOut));
    }
}
