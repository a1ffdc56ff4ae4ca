package io.ticktock.executor;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.GetExecutionsRequest;
import io.ticktock.proto.v1.GetExecutionsResponse;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.TaskExecution;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One reading of Task records from the data plane, page by page. */
final class TaskReading {

    /** A page of the largest inline results must fit into memory and onto the bus. */
    private static final int PAGE = 64;

    private final Bus bus;
    private final LifetimeKey lifetime;
    private final List<RecordKey> keys;
    private final int maxBytes;
    private final Map<RecordKey, RecordedTask> found = new HashMap<>();
    private final Promise<Map<RecordKey, RecordedTask>> all = Promise.promise();
    private long bytes;

    TaskReading(Bus bus, LifetimeKey lifetime, List<RecordKey> keys, int maxBytes) {
        this.bus = bus;
        this.lifetime = lifetime;
        this.keys = keys;
        this.maxBytes = maxBytes;
    }

    /** Every record by its key; fails when one is missing or they are too large together. */
    Future<Map<RecordKey, RecordedTask>> read() {
        readFrom(0);
        return all.future();
    }

    private void readFrom(int index) {
        if (index >= keys.size()) {
            all.complete(found);
            return;
        }
        List<RecordKey> page = keys.subList(index, Math.min(index + PAGE, keys.size()));
        GetExecutionsRequest request = GetExecutionsRequest.newBuilder()
                .setTenantId(lifetime.getTenantId())
                .setLifetimeId(lifetime.getLifetimeId())
                .addAllTaskExecIds(page.stream().map(RecordKey::execId).toList())
                .build();
        bus.request(Addresses.STATE_GET_EXECUTIONS, request)
                .onFailure(all::fail)
                .onSuccess(reply -> take(reply, page, index));
    }

    private void take(GetExecutionsResponse reply, List<RecordKey> page, int index) {
        for (TaskExecution execution : reply.getTasksList()) {
            bytes += execution.getResult().getPayload().getInline().size();
            // What a fork inherits is of another lifetime.
            RecordKey key = new RecordKey(lifetime, execution.getHeaders().getExecId());
            found.put(key, RecordedTask.of(execution));
        }
        if (bytes > maxBytes) {
            all.fail(AttemptFailure.inputTooLarge(maxBytes));
        } else if (!found.keySet().containsAll(page)) {
            all.fail(new Failure(FailureCode.NOT_FOUND, "a record that the attempt needs does not exist"));
        } else {
            readFrom(index + PAGE);
        }
    }
}
