package io.ticktock.launcher;

import io.ticktock.bus.Address;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.cluster.ClusterConfiguration;
import io.ticktock.proto.v1.CheckRequest;
import io.ticktock.proto.v1.CheckResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The modules that this process needs and other members are to serve. A module starts once those before it in the order of
 * modules are there; so two processes never wait for each other.
 */
final class OtherMembers {

    private static final Duration ASK_AGAIN = Duration.ofMillis(200);

    private final Vertx vertx;
    private final Bus bus;
    private final Set<SystemModule> here;
    private final Set<SystemModule> seen;
    private final Duration patience;
    private final long giveUpNanos;

    private OtherMembers(Vertx vertx, Bus bus, Set<SystemModule> here, Set<SystemModule> seen, Duration patience) {
        this.vertx = vertx;
        this.bus = bus;
        this.here = here;
        this.seen = seen;
        this.patience = patience;
        this.giveUpNanos = System.nanoTime() + patience.toNanos();
    }

    /** @param cluster empty for a process that is alone, and has been found to lack nothing */
    static OtherMembers of(Vertx vertx, Bus bus, Set<SystemModule> here, Optional<ClusterConfiguration> cluster) {
        return new OtherMembers(
                vertx,
                bus,
                here,
                cluster.isPresent() ? EnumSet.copyOf(here) : EnumSet.allOf(SystemModule.class),
                cluster.map(ClusterConfiguration::startTimeout).orElse(Duration.ZERO));
    }

    /** Waits for the modules that this one needs and that start before it. */
    void awaitThoseBefore(SystemModule module) {
        for (SystemModule server : EnumSet.range(SystemModule.STATE, module)) {
            await(server, module);
        }
    }

    /** Waits for all modules that those of this process need. */
    void awaitAll() {
        for (SystemModule module : here) {
            for (SystemModule server : SystemModule.values()) {
                await(server, module);
            }
        }
    }

    private void await(SystemModule server, SystemModule module) {
        Optional<Address<?, ?>> needed = ModuleAddresses.neededFrom(server, module);
        if (needed.isEmpty() || seen.contains(server)) {
            return;
        }
        Address<CheckRequest, CheckResponse> check =
                ModuleAddresses.checkOf(server).orElseThrow();
        while (!isServed(check)) {
            if (System.nanoTime() > giveUpNanos) {
                throw CommandFailure.usage("module " + module.word() + " needs the address "
                        + needed.get().name() + ", which module " + server.word() + " serves, and no member of the"
                        + " cluster has served it for " + patience.toSeconds() + " s; start a member with "
                        + server.word() + ", or add it to the modules of this one");
            }
            Client.await(vertx.timer(ASK_AGAIN.toMillis()));
        }
        seen.add(server);
    }

    /** Whatever the module says of itself, it is there. */
    private boolean isServed(Address<CheckRequest, CheckResponse> check) {
        Future<Boolean> answered = bus.request(check, CheckRequest.getDefaultInstance())
                .map(true)
                .recover(cause -> Failure.is(cause, FailureCode.UNAVAILABLE)
                        ? Future.succeededFuture(false)
                        : Future.succeededFuture(true));
        return Client.await(answered);
    }
}
