package io.ticktock.executor.type;

import io.ticktock.proto.v1.OutputReference;
import io.ticktock.sdk.Value;
import java.util.concurrent.CompletionStage;

/** Reads the output of a lifetime. */
@FunctionalInterface
public interface ChildOutputs {

    CompletionStage<Value> output(String tenantId, OutputReference reference);
}
