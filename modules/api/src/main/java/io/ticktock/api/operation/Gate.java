package io.ticktock.api.operation;

import com.google.protobuf.Message;
import io.ticktock.api.ApiLimits;
import io.ticktock.api.access.Caller;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.tenant.Places;
import io.ticktock.bus.tenant.Places.Place;
import io.ticktock.proto.v1.Role;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Through which every operation goes: who may not is refused, and what is changed or refused is noted. */
public final class Gate {

    private final AuditLog audit;
    private final Places requests;
    private final Refusals refusals;

    public Gate(Vertx vertx, AuditLog audit, ApiLimits limits) {
        this.audit = audit;
        this.requests = new Places(limits.maxRequests());
        this.refusals = new Refusals(vertx, limits.maxRequests());
    }

    /** A place for a request, to be left when it is answered; or fails as OVERLOADED when too many are in progress. */
    public Future<Place> enter(Caller caller) {
        return requests.take(caller.tenantId())
                .map(Future::succeededFuture)
                .orElseGet(() -> Future.failedFuture(new Failure(
                        FailureCode.OVERLOADED,
                        "too many requests are in progress (api.max_requests); try again later")));
    }

    /** Completes when the caller is to hear that it failed: at once, but for what is too much again and again. */
    public Future<Void> answering(Caller caller, Throwable cause) {
        return isTurnedAway(cause) ? refusals.pace(caller.tenantId()) : Future.succeededFuture();
    }

    public int requests() {
        return requests.taken();
    }

    /** Does it in the caller's name, or fails as PERMISSION_DENIED. */
    public <Q extends Message, R> Future<R> perform(Operation<Q, R> operation, Caller caller, Q request) {
        String resource = operation.audited().apply(request);
        if (!caller.hasOneOf(operation.allowed())) {
            return audit.denied(caller, operation.name(), resource)
                    .compose(noted -> Future.failedFuture(denied(operation)));
        }
        Future<R> performed = perform(operation, caller, request, operation.scope());
        return resource.isEmpty()
                ? performed
                : performed.transform(result -> noted(operation, caller, resource, result));
    }

    private static <Q extends Message, R> Future<R> perform(
            Operation<Q, R> operation, Caller caller, Q request, Operation.Scope scope) {
        return Future.succeededFuture(scope == Operation.Scope.OWN ? CallerStamp.stamp(request, caller) : request)
                .compose(stamped -> operation.body().apply(caller, stamped));
    }

    private <R> Future<R> noted(Operation<?, R> operation, Caller caller, String resource, AsyncResult<R> result) {
        Future<R> same =
                result.succeeded() ? Future.succeededFuture(result.result()) : Future.failedFuture(result.cause());
        if (result.failed() && isTurnedAway(result.cause())) {
            return same;
        }
        Future<Void> noted = result.succeeded()
                ? audit.done(caller, operation.name(), resource)
                : audit.failed(caller, operation.name(), resource, Failure.of(result.cause()));
        return noted.compose(done -> same);
    }

    /** Nothing was changed, and a log of a flood would be one, too: metrics count it. */
    private static boolean isTurnedAway(Throwable cause) {
        return Failure.is(cause, FailureCode.OVERLOADED) || Failure.is(cause, FailureCode.QUOTA_EXCEEDED);
    }

    private static Failure denied(Operation<?, ?> operation) {
        return new Failure(
                FailureCode.PERMISSION_DENIED,
                operation.name() + " needs one of the roles " + words(operation.allowed()) + ", or admin");
    }

    private static String words(Set<Role> roles) {
        return roles.stream()
                .filter(role -> role != Role.ROLE_ADMIN)
                .map(role -> role.name().substring("ROLE_".length()).toLowerCase(Locale.ROOT))
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
