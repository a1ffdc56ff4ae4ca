package io.ticktock.api.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;

/** Tells what counts of a token. A token that comes again and again is checked once for each set of keys. */
public final class TokenVerifier {

    private static final int MOST_KNOWN = 10_000;
    private static final Duration KNOWN = Duration.ofMinutes(10);

    /** What was found of a token while these keys counted. */
    private record Verified(TokenClaims claims, IssuerKeys keys) {}

    private final TokenConfiguration configuration;
    private final IssuerKeyring keyring;
    private final InstantSource clock;
    /** By their digests, which are short and of no use to whoever gets to see them. */
    private final Cache<ByteBuffer, Verified> known = Caffeine.newBuilder()
            .expireAfterWrite(KNOWN)
            .maximumSize(MOST_KNOWN)
            .build();

    TokenVerifier(TokenConfiguration configuration, IssuerKeyring keyring, InstantSource clock) {
        this.configuration = configuration;
        this.keyring = keyring;
        this.clock = clock;
    }

    public static TokenVerifier of(Vertx vertx, TokenConfiguration configuration, InstantSource clock) {
        KeySource source = configuration
                .keyFile()
                .<KeySource>map(file -> new KeyFile(vertx, file))
                .orElseGet(() -> new KeyAddress(
                        vertx, configuration.keyAddress().orElseThrow(), configuration.trustedCertificates()));
        return new TokenVerifier(configuration, new IssuerKeyring(vertx, source, configuration, clock), clock);
    }

    /** Fails as INVALID_ARGUMENT when what should be keys are none. */
    public Future<Void> start() {
        return keyring.start();
    }

    /** Fails with {@link TokenRefused}. */
    public Future<TokenClaims> verify(String text) {
        if (text.length() > ParsedToken.MOST_CHARACTERS) {
            return Future.failedFuture(new TokenRefused("it is too long"));
        }
        ByteBuffer digest = digest(text);
        Verified before = known.getIfPresent(digest);
        boolean counts = before != null
                && before.keys().equals(keyring.current())
                && clock.instant().isBefore(before.claims().expiresAt());
        return counts ? Future.succeededFuture(before.claims()) : check(text, digest);
    }

    private Future<TokenClaims> check(String text, ByteBuffer digest) {
        known.invalidate(digest);
        ParsedToken token = ParsedToken.parse(text, configuration.algorithms());
        // First what costs little, so that old and foreign tokens never make keys be read.
        TokenClaims claims = TokenClaims.of(token.claims(), configuration, clock.instant());
        return keyring.find(token.algorithm(), token.kid()).map(key -> {
            token.requireSignedBy(key);
            known.put(digest, new Verified(claims, keyring.current()));
            return claims;
        });
    }

    private static ByteBuffer digest(String text) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return ByteBuffer.wrap(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
