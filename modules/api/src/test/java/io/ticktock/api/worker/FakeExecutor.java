package io.ticktock.api.worker;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.Service;
import io.ticktock.proto.v1.ClaimTasksRequest;
import io.ticktock.proto.v1.ClaimTasksResponse;
import io.ticktock.proto.v1.ClaimedTask;
import io.ticktock.proto.v1.CompleteTaskRequest;
import io.ticktock.proto.v1.CompleteTaskResponse;
import io.ticktock.proto.v1.OpenTasks;
import io.ticktock.proto.v1.OpenWork;
import io.ticktock.proto.v1.ReturnTasksRequest;
import io.ticktock.proto.v1.ReturnTasksResponse;
import io.ticktock.proto.v1.TakeTasksRequest;
import io.ticktock.proto.v1.TakeTasksResponse;
import io.ticktock.proto.v1.TaskAssignment;
import io.ticktock.testkit.Awaiting;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** An executor as gateways see it: attempts of one type of one tenant, in a queue. */
final class FakeExecutor {

    static final String ID = "executor-1";
    static final String TENANT = "acme";
    static final String TYPE = "acme.work";
    static final String LIFETIME = "00000000-0000-7000-8000-000000000001";

    /** A completion that has arrived, and how it is answered. */
    record Completed(CompleteTaskRequest request, Promise<CompleteTaskResponse> answer) {

        void record() {
            answer.complete(CompleteTaskResponse.newBuilder().setRecorded(true).build());
        }

        void fail(FailureCode code) {
            answer.fail(new Failure(code, "as the test wants it"));
        }
    }

    final BlockingQueue<Completed> completed = new LinkedBlockingQueue<>();
    final BlockingQueue<ReturnTasksRequest> returned = new LinkedBlockingQueue<>();
    /** What a worker may claim. */
    final Set<String> claimable = ConcurrentHashMap.newKeySet();

    private final Bus bus;
    private final Queue<TaskAssignment> queue = new ConcurrentLinkedQueue<>();

    FakeExecutor(Bus bus) {
        this.bus = bus;
        Awaiting.result(bus.serve(List.of(
                new Service<>(Addresses.EXECUTOR_TAKE_TASKS.at(ID), this::take),
                new Service<>(Addresses.EXECUTOR_CLAIM_TASKS.at(ID), this::claim),
                new Service<>(Addresses.EXECUTOR_COMPLETE_TASK.at(ID), this::complete),
                new Service<>(Addresses.EXECUTOR_RETURN_TASKS.at(ID), this::takeBack))));
    }

    private Future<ReturnTasksResponse> takeBack(ReturnTasksRequest request) {
        returned.add(request);
        return Future.succeededFuture(ReturnTasksResponse.getDefaultInstance());
    }

    /** So many attempts more, each with this time between heartbeats. */
    void offer(int count, long heartbeatTimeoutMs) {
        for (int i = 0; i < count; i++) {
            queue.add(TaskAssignment.newBuilder()
                    .setExecId(UUID.randomUUID().toString())
                    .setLifetimeId(LIFETIME)
                    .setTaskType(TYPE)
                    .setHeartbeatTimeoutMs(heartbeatTimeoutMs)
                    .build());
        }
        announce();
    }

    /** As executors do every second. */
    void announce() {
        OpenWork.Builder work = OpenWork.newBuilder().setExecutorId(ID);
        if (!queue.isEmpty()) {
            work.addTasks(OpenTasks.newBuilder().setTenantId(TENANT).setTaskType(TYPE));
        }
        bus.publish(Addresses.EXECUTOR_OPEN_WORK, work.build());
    }

    int left() {
        return queue.size();
    }

    private Future<TakeTasksResponse> take(TakeTasksRequest request) {
        TakeTasksResponse.Builder taken = TakeTasksResponse.newBuilder();
        boolean isMine =
                request.getTenantId().equals(TENANT) && request.getTaskType().equals(TYPE);
        while (isMine && taken.getAssignmentsCount() < request.getMost() && !queue.isEmpty()) {
            taken.addAssignments(queue.remove());
        }
        return Future.succeededFuture(taken.setMore(!queue.isEmpty()).build());
    }

    private Future<ClaimTasksResponse> claim(ClaimTasksRequest request) {
        ClaimTasksResponse.Builder claimed = ClaimTasksResponse.newBuilder();
        for (String execId : request.getExecIdsList()) {
            if (request.getTenantId().equals(TENANT) && claimable.remove(execId)) {
                claimed.addTasks(ClaimedTask.newBuilder().setExecId(execId).setHeartbeatTimeoutMs(60_000));
            }
        }
        return Future.succeededFuture(claimed.build());
    }

    private Future<CompleteTaskResponse> complete(CompleteTaskRequest request) {
        Promise<CompleteTaskResponse> answer = Promise.promise();
        completed.add(new Completed(request, answer));
        return answer.future();
    }
}
