package io.ticktock.api.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.ticktock.api.token.TokenClaims;
import io.ticktock.api.token.TokenConfiguration;
import io.ticktock.api.token.TokenRefused;
import io.ticktock.api.token.TokenVerifier;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.GetTenantRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells callers by their tokens. For one event loop. */
public final class TokenCallers {

    private static final Logger LOG = LoggerFactory.getLogger(TokenCallers.class);
    private static final int MOST_TENANTS = 10_000;
    private static final String ACTOR = "jwt:";

    private final Bus bus;
    private final TokenConfiguration configuration;
    private final TokenVerifier verifier;
    /** That there are. A tenant never goes. */
    private final Cache<String, Boolean> tenants =
            Caffeine.newBuilder().maximumSize(MOST_TENANTS).build();

    public TokenCallers(Vertx vertx, Bus bus, TokenConfiguration configuration, InstantSource clock) {
        this.bus = bus;
        this.configuration = configuration;
        this.verifier = TokenVerifier.of(vertx, configuration, clock);
    }

    /** Fails as INVALID_ARGUMENT when what should be the issuer's keys are none. */
    public Future<Void> start() {
        return verifier.start();
    }

    /** Fails as UNAUTHENTICATED, with this failure, when the token does not count. */
    public Future<Caller> caller(String token, String remoteAddress, Failure unauthenticated) {
        return Future.succeededFuture(token)
                .compose(verifier::verify)
                .map(claims -> caller(claims, remoteAddress))
                .compose(this::requireTenant)
                .recover(cause -> Future.failedFuture(refusal(cause, unauthenticated)));
    }

    private Caller caller(TokenClaims claims, String remoteAddress) {
        Caller caller = new Caller(claims.tenantId(), ACTOR + claims.subject(), claims.roles(), remoteAddress);
        if (caller.administersSystem() && !configuration.operatingAdmin()) {
            throw new TokenRefused("it must not be of an administrator of the system");
        }
        return caller;
    }

    private Future<Caller> requireTenant(Caller caller) {
        String tenantId = caller.tenantId();
        if (tenants.getIfPresent(tenantId) != null) {
            return Future.succeededFuture(caller);
        }
        GetTenantRequest request =
                GetTenantRequest.newBuilder().setTenantId(tenantId).build();
        return bus.request(Addresses.STATE_GET_TENANT, request).map(found -> {
            tenants.put(tenantId, true);
            return caller;
        });
    }

    private static Failure refusal(Throwable cause, Failure unauthenticated) {
        if (cause instanceof TokenRefused) {
            LOG.debug("a token was refused: {}", cause.getMessage());
            return unauthenticated;
        }
        return Failure.is(cause, FailureCode.NOT_FOUND) ? unauthenticated : Failure.of(cause);
    }
}
