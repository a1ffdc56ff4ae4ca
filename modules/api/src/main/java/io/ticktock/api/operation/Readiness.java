package io.ticktock.api.operation;

import io.ticktock.bus.Address;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.proto.v1.CheckRequest;
import io.ticktock.proto.v1.CheckResponse;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Whether modules can do their work. However many ask, the modules are asked once a second. */
public final class Readiness {

    private static final long KNOWN_NANOS = Duration.ofSeconds(1).toNanos();

    private static final Map<String, Address<CheckRequest, CheckResponse>> CHECKS = checks();

    private final Bus bus;
    private final Set<String> modules;
    private Future<Map<String, CheckResponse>> known = Future.failedFuture("nobody has looked yet");
    private long knownUntilNanos = System.nanoTime();

    /** Of all that a request may need. */
    public Readiness(Bus bus) {
        this(bus, CHECKS.keySet());
    }

    /** @param modules words of those that are asked */
    public Readiness(Bus bus, Set<String> modules) {
        this.bus = bus;
        this.modules = Set.copyOf(modules);
    }

    private static Map<String, Address<CheckRequest, CheckResponse>> checks() {
        Map<String, Address<CheckRequest, CheckResponse>> checks = new LinkedHashMap<>();
        checks.put("state", Addresses.STATE_CHECK);
        checks.put("blob", Addresses.BLOB_CHECK);
        checks.put("guardrail", Addresses.GUARDRAIL_CHECK);
        checks.put("executor", Addresses.EXECUTOR_CHECK);
        checks.put("control", Addresses.CONTROL_CHECK);
        return checks;
    }

    /** What each module says; one that says nothing in time is not ready. */
    public Future<Map<String, CheckResponse>> look() {
        long now = System.nanoTime();
        if (now - knownUntilNanos >= 0) {
            knownUntilNanos = now + KNOWN_NANOS;
            known = ask();
        }
        return known;
    }

    private Future<Map<String, CheckResponse>> ask() {
        Map<String, CheckResponse> said = new LinkedHashMap<>();
        Future<Void> all = Future.succeededFuture();
        for (Map.Entry<String, Address<CheckRequest, CheckResponse>> check : CHECKS.entrySet()) {
            if (!modules.contains(check.getKey())) {
                continue;
            }
            Future<CheckResponse> answer = bus.request(check.getValue(), CheckRequest.getDefaultInstance())
                    .otherwise(Readiness::silent);
            all = all.compose(before -> answer)
                    .onSuccess(response -> said.put(check.getKey(), response))
                    .mapEmpty();
        }
        return all.map(said);
    }

    private static CheckResponse silent(Throwable cause) {
        return CheckResponse.newBuilder()
                .setReason(Failure.of(cause).getMessage())
                .build();
    }
}
