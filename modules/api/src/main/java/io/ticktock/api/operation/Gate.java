package io.ticktock.api.operation;

import com.google.protobuf.Message;
import io.ticktock.api.access.Caller;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.Role;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Through which every operation goes: who may not is refused, and what is changed or refused is noted. */
public final class Gate {

    private final AuditLog audit;

    public Gate(AuditLog audit) {
        this.audit = audit;
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
        Future<Void> noted = result.succeeded()
                ? audit.done(caller, operation.name(), resource)
                : audit.failed(caller, operation.name(), resource, Failure.of(result.cause()));
        return noted.compose(done -> same);
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
