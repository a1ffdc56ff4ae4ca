package io.ticktock.executor.type;

import io.ticktock.proto.v1.Payload;
import io.ticktock.sdk.Value;
import java.util.concurrent.CompletionStage;

/** Reads what a payload holds or refers to. */
@FunctionalInterface
public interface ValueLoader {

    CompletionStage<Value> load(String tenantId, Payload payload);
}
