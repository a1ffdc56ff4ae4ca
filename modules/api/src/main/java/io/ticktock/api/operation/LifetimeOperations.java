package io.ticktock.api.operation;

import static io.ticktock.api.operation.Operation.OPERATORS;
import static io.ticktock.api.operation.Operation.changing;
import static io.ticktock.api.operation.Operation.reading;

import com.github.f4b6a3.uuid.UuidCreator;
import com.google.protobuf.Message;
import io.ticktock.api.ApiLimits;
import io.ticktock.api.access.Caller;
import io.ticktock.api.event.EventFeed;
import io.ticktock.api.event.Watch;
import io.ticktock.bus.Address;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.ForkLifetimeRequest;
import io.ticktock.proto.v1.ForkLifetimeResponse;
import io.ticktock.proto.v1.GetExecutionsRequest;
import io.ticktock.proto.v1.GetExecutionsResponse;
import io.ticktock.proto.v1.GetLifetimeRequest;
import io.ticktock.proto.v1.GetLifetimeResponse;
import io.ticktock.proto.v1.GetOutputRequest;
import io.ticktock.proto.v1.GetOutputResponse;
import io.ticktock.proto.v1.ListEventsRequest;
import io.ticktock.proto.v1.ListEventsResponse;
import io.ticktock.proto.v1.ListExecutionsRequest;
import io.ticktock.proto.v1.ListExecutionsResponse;
import io.ticktock.proto.v1.ListLifetimesRequest;
import io.ticktock.proto.v1.ListLifetimesResponse;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import io.ticktock.proto.v1.SignalLifetimeResponse;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.ticktock.proto.v1.StartLifetimeResponse;
import io.ticktock.proto.v1.WatchEventsRequest;
import io.ticktock.proto.v1.WatchLifetimeRequest;
import io.vertx.core.Future;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** Starts, steers and reads lifetimes. */
public final class LifetimeOperations {

    private final Bus bus;
    private final Drivers drivers;
    private final GivenBlobs blobs;
    private final StartAdmission starts;
    private final GuardrailFindings findings;

    public final Operation<StartLifetimeRequest, StartLifetimeResponse> start;
    public final Operation<ForkLifetimeRequest, ForkLifetimeResponse> fork;
    public final Operation<SignalLifetimeRequest, SignalLifetimeResponse> signal;
    public final Operation<GetLifetimeRequest, GetLifetimeResponse> get;
    public final Operation<ListLifetimesRequest, ListLifetimesResponse> list;
    public final Operation<ListExecutionsRequest, ListExecutionsResponse> executions;
    /** One of them, named as a task's or as a plan's: the ids of either kind are looked for. */
    public final Operation<GetExecutionsRequest, GetExecutionsResponse> execution;

    public final Operation<ListEventsRequest, ListEventsResponse> events;
    public final Operation<WatchLifetimeRequest, Watch> watch;
    public final Operation<WatchEventsRequest, Watch> watchAll;
    public final Operation<GetOutputRequest, GetOutputResponse> output;

    LifetimeOperations(Bus bus, Drivers drivers, EventFeed feed, ApiLimits limits) {
        this.bus = bus;
        this.drivers = drivers;
        this.blobs = new GivenBlobs(bus);
        this.starts = new StartAdmission(bus, limits);
        this.findings = new GuardrailFindings(bus);
        this.start = changing("lifetimes.start", OPERATORS, request -> "graphs/" + request.getGraphName(), this::start);
        this.fork = changing(
                "lifetimes.fork", OPERATORS, request -> "lifetimes/" + request.getParentLifetimeId(), this::fork);
        this.signal = changing(
                "lifetimes.signal",
                OPERATORS,
                request -> "lifetimes/" + request.getSignal().getLifetimeId(),
                this::signal);
        this.get = reading("lifetimes.get", (caller, request) -> get(request));
        this.list = reading("lifetimes.list", asked(Addresses.STATE_LIST_LIFETIMES));
        this.executions = reading(
                "executions.list",
                (caller, request) -> ofExisting(
                        caller, request.getLifetimeId(), () -> bus.request(Addresses.STATE_LIST_EXECUTIONS, request)));
        this.execution = reading("executions.get", this::execution);
        this.events = reading(
                "events.list",
                (caller, request) -> ofExisting(
                        caller, request.getLifetimeId(), () -> bus.request(Addresses.STATE_LIST_EVENTS, request)));
        this.watch = reading("events.watch", (caller, request) -> {
            Ids.require(request.getLifetimeId(), "lifetime");
            return feed.open(request);
        });
        this.watchAll = reading("events.watch_all", (caller, request) -> feed.openStream(request));
        this.output = reading("outputs.get", asked(Addresses.STATE_GET_OUTPUT));
    }

    private <Q extends Message, R extends Message> BiFunction<Caller, Q, Future<R>> asked(Address<Q, R> address) {
        return (caller, request) -> bus.request(address, request);
    }

    private Future<GetLifetimeResponse> get(GetLifetimeRequest request) {
        Ids.require(request.getLifetimeId(), "lifetime");
        return bus.request(Addresses.STATE_GET_LIFETIME, request)
                .compose(found -> findings.of(found.getLifetime())
                        .map(policy -> policy.map(fired ->
                                        found.toBuilder().setGuardrail(fired).build())
                                .orElse(found)));
    }

    /** The list of what is not there would be empty. */
    private <R> Future<R> ofExisting(Caller caller, String lifetimeId, Supplier<Future<R>> work) {
        Ids.require(lifetimeId, "lifetime");
        GetLifetimeRequest lifetime = GetLifetimeRequest.newBuilder()
                .setTenantId(caller.tenantId())
                .setLifetimeId(lifetimeId)
                .build();
        return bus.request(Addresses.STATE_GET_LIFETIME, lifetime).compose(found -> work.get());
    }

    private Future<GetExecutionsResponse> execution(Caller caller, GetExecutionsRequest request) {
        request.getTaskExecIdsList().forEach(id -> Ids.require(id, "execution"));
        request.getPlanExecIdsList().forEach(id -> Ids.require(id, "execution"));
        return ofExisting(caller, request.getLifetimeId(), () -> bus.request(Addresses.STATE_GET_EXECUTIONS, request))
                .map(LifetimeOperations::found);
    }

    private static GetExecutionsResponse found(GetExecutionsResponse response) {
        if (response.getTasksCount() + response.getPlansCount() == 0) {
            throw new Failure(FailureCode.NOT_FOUND, "there is no such execution");
        }
        return response;
    }

    /** Children are for graphs to start; nobody outside names a parent. */
    private Future<StartLifetimeResponse> start(Caller caller, StartLifetimeRequest asked) {
        StartLifetimeRequest request = asked.toBuilder()
                .clearParentLifetimeId()
                .clearParentExecId()
                .setLifetimeId(idOr(asked.getLifetimeId()))
                .build();
        Address<StartLifetimeRequest, StartLifetimeResponse> address =
                Addresses.CONTROL_START.at(shard(request.getLifetimeId()));
        return blobs.require(caller.tenantId(), request.getInput())
                .compose(right -> start(caller, address, request))
                .map(started -> {
                    requireChosen(asked.getLifetimeId(), started.getLifetimeId());
                    return started;
                });
    }

    private Future<ForkLifetimeResponse> fork(Caller caller, ForkLifetimeRequest asked) {
        Ids.require(asked.getParentLifetimeId(), "lifetime");
        SignalCheck.requireFewConditions(asked.getIfLastSeqCount());
        ForkLifetimeRequest request =
                asked.toBuilder().setLifetimeId(idOr(asked.getLifetimeId())).build();
        Address<ForkLifetimeRequest, ForkLifetimeResponse> address =
                Addresses.CONTROL_FORK.at(shard(request.getLifetimeId()));
        return blobs.require(caller.tenantId(), request.getInput())
                .compose(right -> start(caller, address, request))
                .map(forked -> {
                    requireChosen(asked.getLifetimeId(), forked.getLifetimeId());
                    return forked;
                });
    }

    private <Q extends Message, R extends Message> Future<R> start(Caller caller, Address<Q, R> address, Q request) {
        return starts.admit(caller.tenantId(), () -> drivers.askThroughSilence(caller.tenantId(), address, request))
                .recover(cause -> drivers.askAgain(cause, caller.tenantId(), address, request));
    }

    private Future<SignalLifetimeResponse> signal(Caller caller, SignalLifetimeRequest asked) {
        Signal signal = asked.getSignal();
        SignalCheck.require(asked);
        SignalLifetimeRequest request = SignalLifetimeRequest.newBuilder()
                .addAllIfLastSeq(asked.getIfLastSeqList())
                .setSignal(
                        signal.getSignalId().isEmpty()
                                ? signal.toBuilder()
                                        .setSignalId(UuidCreator.getTimeOrderedEpoch()
                                                .toString())
                                        .build()
                                : signal)
                .build();
        return blobs.require(caller.tenantId(), signal.getAnswer().getPayload())
                .compose(right -> signal(caller, Addresses.CONTROL_SIGNAL.at(shard(signal.getLifetimeId())), request))
                .recover(cause -> explained(caller, signal.getLifetimeId(), cause));
    }

    /** With a condition it is asked once: the first time may have changed what the condition is about. */
    private Future<SignalLifetimeResponse> signal(
            Caller caller,
            Address<SignalLifetimeRequest, SignalLifetimeResponse> address,
            SignalLifetimeRequest request) {
        return request.getIfLastSeqCount() > 0
                ? bus.request(address, request)
                : drivers.ask(caller.tenantId(), address, request);
    }

    /**
     * Where it is guardrails that brought the lifetime into the state that does not allow it, they are named. When that
     * cannot be found out, it is refused all the same.
     */
    private Future<SignalLifetimeResponse> explained(Caller caller, String lifetimeId, Throwable cause) {
        if (!Failure.is(cause, FailureCode.FAILED_PRECONDITION)) {
            return Future.failedFuture(cause);
        }
        GetLifetimeRequest lifetime = GetLifetimeRequest.newBuilder()
                .setTenantId(caller.tenantId())
                .setLifetimeId(lifetimeId)
                .build();
        return get(lifetime)
                .transform(found -> Future.failedFuture(found.succeeded() ? naming(found.result(), cause) : cause));
    }

    private static Failure naming(GetLifetimeResponse found, Throwable cause) {
        return new Failure(FailureCode.FAILED_PRECONDITION, Failure.of(cause).getMessage(), found.getGuardrail());
    }

    /** Whoever chose an id gets no other lifetime that an earlier request with the same key has started. */
    private static void requireChosen(String chosen, String lifetimeId) {
        if (!chosen.isEmpty() && !chosen.equals(lifetimeId)) {
            throw new Failure(
                    FailureCode.ALREADY_EXISTS,
                    "lifetime " + lifetimeId + " was started with this idempotency key by another request;"
                            + " they differ in lifetime_id");
        }
    }

    private static String idOr(String chosen) {
        return chosen.isEmpty() ? UuidCreator.getTimeOrderedEpoch().toString() : chosen;
    }

    private static Shard shard(String lifetimeId) {
        if (!Ids.isUuid(lifetimeId)) {
            throw new Failure(FailureCode.INVALID_ARGUMENT, "lifetime_id must be a UUID of version 7");
        }
        return Shard.of(lifetimeId);
    }
}
