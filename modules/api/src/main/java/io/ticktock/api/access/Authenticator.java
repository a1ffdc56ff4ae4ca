package io.ticktock.api.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.ApiKey;
import io.ticktock.proto.v1.FindApiKeyRequest;
import io.ticktock.proto.v1.FindApiKeyResponse;
import io.ticktock.proto.v1.Role;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Tells callers by their credentials. */
public final class Authenticator {

    /** A revoked key is refused at most so much later. */
    private static final Duration KNOWN = Duration.ofSeconds(10);

    private static final int MOST_KNOWN = 10_000;
    private static final String SCHEME = "bearer ";

    private final Bus bus;
    private final Authentication authentication;
    private final Cache<String, Future<FindApiKeyResponse>> known = Caffeine.newBuilder()
            .expireAfterWrite(KNOWN)
            .maximumSize(MOST_KNOWN)
            .build();

    private final Optional<TokenCallers> tokens;

    /** @param tokens for what is no API key; empty where only API keys count */
    public Authenticator(Bus bus, Authentication authentication, Optional<TokenCallers> tokens) {
        this.bus = bus;
        this.authentication = authentication;
        this.tokens = tokens;
    }

    /** Fails as UNAUTHENTICATED, without a word on what is wrong with the credential. */
    public Future<Caller> authenticate(Optional<String> authorization, String remoteAddress) {
        if (authorization.isEmpty()) {
            return authentication == Authentication.NONE
                    ? Future.succeededFuture(anybody(remoteAddress))
                    : Future.failedFuture(unauthenticated());
        }
        return authorization
                .filter(text -> text.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
                .map(text -> caller(text.substring(SCHEME.length()).strip(), remoteAddress))
                .orElseGet(() -> Future.failedFuture(unauthenticated()));
    }

    private Future<Caller> caller(String credential, String remoteAddress) {
        Optional<ApiKeyToken> key = ApiKeyToken.parse(credential);
        if (key.isPresent()) {
            return find(key.get()).map(found -> caller(key.get(), found, remoteAddress));
        }
        return tokens.map(callers -> callers.caller(credential, remoteAddress, unauthenticated()))
                .orElseGet(() -> Future.failedFuture(unauthenticated()));
    }

    private static Caller anybody(String remoteAddress) {
        Set<Role> roles = EnumSet.of(Role.ROLE_ADMIN);
        return new Caller(Caller.OPERATING_TENANT, "anybody at " + remoteAddress, roles, remoteAddress);
    }

    private Future<FindApiKeyResponse> find(ApiKeyToken token) {
        Future<FindApiKeyResponse> found = known.getIfPresent(token.keyId());
        if (found != null) {
            return found;
        }
        FindApiKeyRequest request =
                FindApiKeyRequest.newBuilder().setKeyId(token.keyId()).build();
        Future<FindApiKeyResponse> asked = bus.request(Addresses.STATE_FIND_API_KEY, request);
        known.put(token.keyId(), asked);
        asked.onFailure(cause -> known.invalidate(token.keyId()));
        return asked;
    }

    private static Caller caller(ApiKeyToken token, FindApiKeyResponse found, String remoteAddress) {
        // Compared whether or not there is such a key, so that both take as long.
        boolean matches = token.matches(found.getSecretDigest());
        ApiKey key = found.getKey();
        if (!matches || key.hasRevokedAt()) {
            throw unauthenticated();
        }
        return new Caller(key.getTenantId(), "key:" + key.getKeyId(), Set.copyOf(key.getRolesList()), remoteAddress);
    }

    private static Failure unauthenticated() {
        return new Failure(
                FailureCode.UNAUTHENTICATED,
                "a valid API key or token is needed: send it as 'Authorization: Bearer …', or ask an administrator for one");
    }
}
