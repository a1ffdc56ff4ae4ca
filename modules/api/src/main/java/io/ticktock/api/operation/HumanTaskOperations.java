package io.ticktock.api.operation;

import static io.ticktock.api.operation.Operation.OPERATORS;
import static io.ticktock.api.operation.Operation.changing;
import static io.ticktock.api.operation.Operation.reading;

import com.github.f4b6a3.uuid.UuidCreator;
import io.ticktock.api.access.Caller;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.Answer;
import io.ticktock.proto.v1.AnswerHumanTaskRequest;
import io.ticktock.proto.v1.AnswerHumanTaskResponse;
import io.ticktock.proto.v1.ClaimHumanTaskRequest;
import io.ticktock.proto.v1.ClaimHumanTaskResponse;
import io.ticktock.proto.v1.GetHumanTaskRequest;
import io.ticktock.proto.v1.GetHumanTaskResponse;
import io.ticktock.proto.v1.HumanTask;
import io.ticktock.proto.v1.ListHumanTasksRequest;
import io.ticktock.proto.v1.ListHumanTasksResponse;
import io.ticktock.proto.v1.ReleaseHumanTaskRequest;
import io.ticktock.proto.v1.ReleaseHumanTaskResponse;
import io.ticktock.proto.v1.Role;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import io.ticktock.proto.v1.SignalLifetimeResponse;
import io.vertx.core.Future;

/** The inbox of questions to people. */
public final class HumanTaskOperations {

    private final Bus bus;
    private final Drivers drivers;
    private final GivenBlobs blobs;

    public final Operation<ListHumanTasksRequest, ListHumanTasksResponse> list;
    public final Operation<GetHumanTaskRequest, GetHumanTaskResponse> get;

    public final Operation<ClaimHumanTaskRequest, ClaimHumanTaskResponse> claim;

    /** An administrator may release another's. */
    public final Operation<ReleaseHumanTaskRequest, ReleaseHumanTaskResponse> release;

    /** Done once the answer is durable; whoever answers second, and something else, is told that it was answered. */
    public final Operation<AnswerHumanTaskRequest, AnswerHumanTaskResponse> answer;

    HumanTaskOperations(Bus bus, Drivers drivers) {
        this.bus = bus;
        this.drivers = drivers;
        this.blobs = new GivenBlobs(bus);
        this.list = reading(
                "human-tasks.list", (caller, request) -> bus.request(Addresses.STATE_LIST_HUMAN_TASKS, request));
        this.get = reading("human-tasks.get", (caller, request) -> find(request));
        this.claim =
                changing("human-tasks.claim", OPERATORS, request -> "human-tasks/" + request.getExecId(), this::claim);
        this.release = changing(
                "human-tasks.release", OPERATORS, request -> "human-tasks/" + request.getExecId(), this::release);
        this.answer = changing(
                "human-tasks.answer", OPERATORS, request -> "human-tasks/" + request.getExecId(), this::answer);
    }

    private Future<GetHumanTaskResponse> find(GetHumanTaskRequest request) {
        Ids.require(request.getExecId(), "human task");
        return bus.request(Addresses.STATE_GET_HUMAN_TASK, request);
    }

    private Future<ClaimHumanTaskResponse> claim(Caller caller, ClaimHumanTaskRequest request) {
        Ids.require(request.getExecId(), "human task");
        return bus.request(Addresses.STATE_CLAIM_HUMAN_TASK, request);
    }

    private Future<ReleaseHumanTaskResponse> release(Caller caller, ReleaseHumanTaskRequest asked) {
        Ids.require(asked.getExecId(), "human task");
        ReleaseHumanTaskRequest request =
                asked.toBuilder().setOfAnybody(isAdministrator(caller)).build();
        return bus.request(Addresses.STATE_RELEASE_HUMAN_TASK, request);
    }

    private static boolean isAdministrator(Caller caller) {
        return caller.roles().contains(Role.ROLE_ADMIN);
    }

    private Future<AnswerHumanTaskResponse> answer(Caller caller, AnswerHumanTaskRequest request) {
        GetHumanTaskRequest find = GetHumanTaskRequest.newBuilder()
                .setTenantId(request.getTenantId())
                .setExecId(request.getExecId())
                .build();
        return blobs.require(caller.tenantId(), request.getAnswer())
                .compose(right -> find(find))
                .compose(found -> signal(caller, found.getHumanTask(), request))
                .compose(answered -> find(find))
                .map(now -> AnswerHumanTaskResponse.newBuilder()
                        .setHumanTask(now.getHumanTask())
                        .build());
    }

    /**
     * Its owner holds the answer against the form, with the lifetime as it is then, and knows an answer again: whoever did not
     * hear that it was taken says the same once more.
     */
    private Future<SignalLifetimeResponse> signal(Caller caller, HumanTask task, AnswerHumanTaskRequest request) {
        boolean isOthers =
                !task.getClaimedBy().isEmpty() && !task.getClaimedBy().equals(caller.actor());
        if (isOthers && !isAdministrator(caller)) {
            throw new Failure(
                    FailureCode.ALREADY_EXISTS,
                    "human task " + task.getExecId() + " is claimed by " + task.getClaimedBy()
                            + "; it is theirs to answer or to release");
        }
        Answer answer = Answer.newBuilder()
                .setExecId(task.getExecId())
                .setPayload(request.getAnswer())
                .setActor(caller.actor())
                .build();
        Signal signal = Signal.newBuilder()
                .setSignalId(idOf(task, answer))
                .setTenantId(task.getTenantId())
                .setLifetimeId(task.getLifetimeId())
                .setAnswer(answer)
                .build();
        Future<SignalLifetimeResponse> answered = drivers.ask(
                caller.tenantId(),
                Addresses.CONTROL_SIGNAL.at(Shard.of(task.getLifetimeId())),
                SignalLifetimeRequest.newBuilder().setSignal(signal).build());
        return answered.recover(cause -> Future.failedFuture(
                task.getClosed() && Failure.is(cause, FailureCode.FAILED_PRECONDITION) ? closed(task) : cause));
    }

    /** An execution may ask again, at another time: the same words are another answer then. */
    private static String idOf(HumanTask task, Answer answer) {
        byte[] name =
                task.getAskedAt().toByteString().concat(answer.toByteString()).toByteArray();
        return UuidCreator.getNameBasedSha1(name).toString();
    }

    private static Failure closed(HumanTask task) {
        return new Failure(
                FailureCode.FAILED_PRECONDITION,
                "human task " + task.getExecId() + " was answered already, or is not asked any more");
    }
}
