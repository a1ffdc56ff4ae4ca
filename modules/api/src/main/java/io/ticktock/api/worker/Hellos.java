package io.ticktock.api.worker;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.HeldTask;
import io.ticktock.proto.v1.WorkerHello;
import java.util.regex.Pattern;

/** What a worker's hello may say. */
final class Hellos {

    private static final Pattern WORKER_ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
    private static final Pattern TASK_TYPE = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)+");
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final int MOST_TYPES = 100;
    private static final int MOST_TYPE_CHARS = 200;
    private static final int MOST_HELD = 10_000;
    private static final int TOKEN_BYTES = 16;

    private Hellos() {}

    /** Fails as INVALID_ARGUMENT, with what would be right. */
    static void check(WorkerHello hello) {
        require(
                WORKER_ID.matcher(hello.getWorkerId()).matches(),
                "hello.worker_id must be 1 to 128 letters, digits, '-', '_', '.' or ':'");
        require(
                hello.getTaskTypesCount() > 0 && hello.getTaskTypesCount() <= MOST_TYPES,
                "hello.task_types must name 1 to " + MOST_TYPES + " types, not " + hello.getTaskTypesCount());
        for (String type : hello.getTaskTypesList()) {
            require(
                    type.length() <= MOST_TYPE_CHARS && TASK_TYPE.matcher(type).matches(),
                    "hello.task_types must be names with a dot, such as acme.search; names without one are built in");
        }
        require(
                hello.getCapacity() >= 1 && hello.getCapacity() <= MOST_HELD,
                "hello.capacity must be 1 to " + MOST_HELD + ", not " + hello.getCapacity());
        require(
                hello.getHeldCount() <= MOST_HELD,
                "hello.held must have at most " + MOST_HELD + " entries, not " + hello.getHeldCount());
        hello.getHeldList().forEach(Hellos::check);
    }

    private static void check(HeldTask task) {
        require(
                UUID.matcher(task.getExecId()).matches()
                        && UUID.matcher(task.getLifetimeId()).matches()
                        && task.getToken().size() == TOKEN_BYTES,
                "hello.held must give exec_id, lifetime_id and token as the assignments gave them");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new Failure(FailureCode.INVALID_ARGUMENT, otherwise);
        }
    }
}
