package io.ticktock.api.operation;

import com.google.protobuf.Message;
import io.ticktock.api.access.Caller;
import io.ticktock.proto.v1.Role;
import io.vertx.core.Future;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * One thing that can be asked from outside.
 *
 * @param name such as {@code lifetimes.start}
 * @param allowed the roles that may; an administrator may anyway
 * @param scope of which tenant the request is
 * @param audited what it changes, as a resource name, for the audit log; empty text for what only reads
 * @param body does it; the request is in the name of the caller
 */
public record Operation<Q extends Message, R>(
        String name,
        Set<Role> allowed,
        Scope scope,
        Function<Q, String> audited,
        BiFunction<Caller, Q, Future<R>> body) {

    /** Of which tenant a request is. */
    public enum Scope {
        /** The caller's: whatever tenant_id or actor the request names is overwritten. */
        OWN,
        /** The one that it names: for administration, which looks at that itself. */
        NAMED
    }

    static final Set<Role> READERS =
            Set.of(Role.ROLE_READER, Role.ROLE_OPERATOR, Role.ROLE_AUTHOR, Role.ROLE_WORKER, Role.ROLE_ADMIN);
    static final Set<Role> OPERATORS = Set.of(Role.ROLE_OPERATOR);
    static final Set<Role> WORKERS = Set.of(Role.ROLE_WORKER);
    static final Set<Role> AUTHORS = Set.of(Role.ROLE_AUTHOR);
    static final Set<Role> ADMINISTRATORS = Set.of(Role.ROLE_ADMIN);

    static <Q extends Message, R> Operation<Q, R> reading(String name, BiFunction<Caller, Q, Future<R>> body) {
        return new Operation<>(name, READERS, Scope.OWN, request -> "", body);
    }

    static <Q extends Message, R> Operation<Q, R> changing(
            String name, Set<Role> allowed, Function<Q, String> resource, BiFunction<Caller, Q, Future<R>> body) {
        return new Operation<>(name, allowed, Scope.OWN, resource, body);
    }

    static <Q extends Message, R> Operation<Q, R> administering(
            String name, Function<Q, String> resource, BiFunction<Caller, Q, Future<R>> body) {
        return new Operation<>(name, ADMINISTRATORS, Scope.NAMED, resource, body);
    }
}
