package io.ticktock.api.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import io.ticktock.proto.v1.Role;
import io.ticktock.testkit.TokenIssuer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenVerifierTest {

    private static final long NOW_S = 1_800_000_000;
    private static final RSAKey RSA = TokenIssuer.rsa("rsa");
    private static final RSAKey OTHER_RSA = TokenIssuer.rsa("rsa");
    private static final ECKey P256 = TokenIssuer.elliptic("p256", Curve.P_256);
    private static final ECKey P384 = TokenIssuer.elliptic("p384", Curve.P_384);
    private static final KeyPair EDWARDS = edwards();
    private static final String SET = TokenIssuer.publicSet(RSA, P256, P384).replace("]}", "," + jwk(EDWARDS) + "]}");
    private static final Vertx VERTX = Vertx.vertx();

    private Instant now = Instant.ofEpochSecond(NOW_S);
    private final InstantSource clock = () -> now;
    private final KeysInHand source = new KeysInHand();
    private TokenVerifier verifier;

    /** What a test lets the issuer tell. */
    private static final class KeysInHand implements KeySource {

        private String set = SET;
        private boolean isAway;
        private int reads;

        @Override
        public Future<byte[]> read() {
            reads++;
            return isAway
                    ? Future.failedFuture(new KeySetFault("it is away"))
                    : Future.succeededFuture(set.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public boolean isAtHand() {
            return true;
        }

        @Override
        public String described() {
            return "api.jwt.key_file keys.json";
        }
    }

    @BeforeEach
    void start() {
        verifier = verifier(EnumSet.allOf(TokenAlgorithm.class));
        await(verifier.start());
    }

    @AfterAll
    static void stop() {
        await(VERTX.close());
    }

    private TokenVerifier verifier(Set<TokenAlgorithm> algorithms) {
        TokenConfiguration configuration = configuration(algorithms);
        return new TokenVerifier(configuration, new IssuerKeyring(VERTX, source, configuration, clock), clock);
    }

    private static TokenConfiguration configuration(Set<TokenAlgorithm> algorithms) {
        return new TokenConfiguration(
                TokenIssuer.ISSUER,
                TokenIssuer.AUDIENCE,
                algorithms,
                Optional.of(Path.of("keys.json")),
                Optional.empty(),
                Optional.empty(),
                // No test waits so long: they say themselves when keys are to be read.
                Duration.ofHours(1),
                Duration.ofHours(2),
                "tenant",
                "roles",
                false);
    }

    static Stream<Arguments> good() {
        String claims = claims();
        return Stream.of(
                arguments("RS256", TokenIssuer.token(RSA, JWSAlgorithm.RS256, claims)),
                arguments("RS384", TokenIssuer.token(RSA, JWSAlgorithm.RS384, claims)),
                arguments("RS512", TokenIssuer.token(RSA, JWSAlgorithm.RS512, claims)),
                arguments("PS256", TokenIssuer.token(RSA, JWSAlgorithm.PS256, claims)),
                arguments("ES256", TokenIssuer.token(P256, JWSAlgorithm.ES256, claims)),
                arguments("ES384", TokenIssuer.token(P384, JWSAlgorithm.ES384, claims)),
                arguments("EdDSA", edwardsToken(claims)),
                arguments(
                        "several audiences",
                        rs256(with("\"aud\": [\"others\", \"ticktock\"]", "\"aud\": \"ticktock\""))),
                arguments(
                        "a clock that is a little ahead",
                        rs256(claims.replace("\"iat\": " + NOW_S, "\"iat\": " + (NOW_S + 9)))),
                arguments(
                        "fractions of a second",
                        rs256(claims.replace("\"iat\": " + NOW_S, "\"iat\": " + NOW_S + ".75"))),
                arguments("no type", header("{\"alg\":\"RS256\",\"kid\":\"rsa\"}")),
                arguments("no kid where one key fits", signed(P256, JWSAlgorithm.ES256, "{\"alg\":\"ES256\"}")),
                arguments(
                        "the type of access tokens", header("{\"alg\":\"RS256\",\"kid\":\"rsa\",\"typ\":\"at+jwt\"}")),
                arguments(
                        "an address of keys that nobody looks at",
                        header("{\"alg\":\"RS256\",\"kid\":\"rsa\",\"jku\":\"http://127.0.0.1:1/keys\"}")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("good")
    void aGoodTokenTellsWhoseItIs(String what, String token) {
        TokenClaims claims = await(verifier.verify(token));
        assertEquals("alice", claims.subject(), what);
        assertEquals("acme", claims.tenantId());
        assertEquals(Set.of(Role.ROLE_READER, Role.ROLE_OPERATOR), claims.roles());
    }

    static Stream<Arguments> hostile() {
        String claims = claims();
        String good = rs256(claims);
        String[] parts = good.split("\\.");
        return Stream.of(
                arguments("no token", "abc"),
                arguments("empty", ""),
                arguments("alg none", TokenIssuer.encoded("{\"alg\":\"none\"}") + "." + parts[1] + "."),
                arguments("alg None with a signature", replaced(parts, "{\"alg\":\"None\",\"kid\":\"rsa\"}")),
                arguments("no alg", replaced(parts, "{\"kid\":\"rsa\"}")),
                arguments("alg that is no text", replaced(parts, "{\"alg\":[\"RS256\"],\"kid\":\"rsa\"}")),
                arguments("HS256 with the public key", hs256(RSA.toPublicJWK().toJSONString())),
                arguments("HS256 with the modulus", hs256(RSA.getModulus().toString())),
                arguments(
                        "RS256 said, PS256 done",
                        TokenIssuer.signed(RSA, JWSAlgorithm.PS256, headerOf("RS256", "rsa"), claims)),
                arguments(
                        "RS512 said, RS256 done",
                        TokenIssuer.signed(RSA, JWSAlgorithm.RS256, headerOf("RS512", "rsa"), claims)),
                arguments("another's key of the same kid", TokenIssuer.token(OTHER_RSA, JWSAlgorithm.RS256, claims)),
                arguments(
                        "a kid that is not known",
                        TokenIssuer.signed(RSA, JWSAlgorithm.RS256, headerOf("RS256", "old"), claims)),
                arguments(
                        "a kid of another kind",
                        TokenIssuer.signed(RSA, JWSAlgorithm.RS256, headerOf("RS256", "p256"), claims)),
                arguments(
                        "a kid that is a path",
                        TokenIssuer.signed(RSA, JWSAlgorithm.RS256, headerOf("RS256", "../../dev/null"), claims)),
                arguments("a kid that is no text", header("{\"alg\":\"RS256\",\"kid\":7}")),
                arguments(
                        "another curve than said",
                        TokenIssuer.signed(P384, JWSAlgorithm.ES384, headerOf("ES256", "p256"), claims)),
                arguments(
                        "a curve that the key is not of",
                        TokenIssuer.signed(P384, JWSAlgorithm.ES384, headerOf("ES384", "p256"), claims)),
                arguments("a signature of zeros", es256(new byte[64])),
                arguments("a signature in DER", es256(new byte[70])),
                arguments("an embedded key", embedded()),
                arguments("crit", header("{\"alg\":\"RS256\",\"kid\":\"rsa\",\"crit\":[\"exp\"],\"exp\":1}")),
                arguments("crit that lists nothing", header("{\"alg\":\"RS256\",\"kid\":\"rsa\",\"crit\":[]}")),
                arguments("b64", header("{\"alg\":\"RS256\",\"kid\":\"rsa\",\"b64\":false}")),
                arguments("another type", header("{\"alg\":\"RS256\",\"kid\":\"rsa\",\"typ\":\"logout+jwt\"}")),
                arguments("alg twice", header("{\"alg\":\"RS256\",\"alg\":\"RS256\",\"kid\":\"rsa\"}")),
                arguments("a truncated signature", good.substring(0, good.length() - 4)),
                arguments("no signature", parts[0] + "." + parts[1] + "."),
                arguments("two parts", parts[0] + "." + parts[1]),
                arguments("four parts", good + "." + parts[2]),
                arguments("a padded part", parts[0] + "." + parts[1] + "." + parts[2] + "="),
                arguments(
                        "other claims under the signature",
                        parts[0] + "." + TokenIssuer.encoded(claims.replace("acme", "rival")) + "." + parts[2]),
                arguments("white space within", good.replace(".", ". ")),
                arguments("other issuer", rs256(claims.replace("https://id.example.com", "https://id.example.org"))),
                arguments("issuer in other letters", rs256(claims.replace("https://id", "HTTPS://id"))),
                arguments("no issuer", rs256(claims.replace("\"iss\"", "\"was_iss\""))),
                arguments(
                        "issuers", rs256(claims.replace("\"https://id.example.com\"", "[\"https://id.example.com\"]"))),
                arguments("other audience", rs256(with("\"aud\": \"others\"", "\"aud\": \"ticktock\""))),
                arguments("other audiences", rs256(with("\"aud\": [\"others\"]", "\"aud\": \"ticktock\""))),
                arguments(
                        "audiences that are not all texts",
                        rs256(with("\"aud\": [\"ticktock\", 7]", "\"aud\": \"ticktock\""))),
                arguments("no audience", rs256(claims.replace("\"aud\"", "\"was_aud\""))),
                arguments("expired", rs256(TokenIssuer.claims("acme", "[\"reader\"]", NOW_S - 60, NOW_S))),
                arguments("no exp", rs256(claims.replace("\"exp\"", "\"was_exp\""))),
                arguments(
                        "exp as text",
                        rs256(claims.replace("\"exp\": " + (NOW_S + 3_600), "\"exp\": \"" + (NOW_S + 3_600) + "\""))),
                arguments(
                        "exp without end",
                        rs256(claims.replace("\"exp\": " + (NOW_S + 3_600), "\"exp\": 1e999999999"))),
                arguments("exp below zero", rs256(claims.replace("\"exp\": ", "\"exp\": -"))),
                arguments("exp twice", rs256(claims.replace("{\"iss\"", "{\"exp\": 1, \"iss\""))),
                arguments("tenant twice", rs256(claims.replace("{\"iss\"", "{\"tenant\": \"rival\", \"iss\""))),
                arguments(
                        "tenant twice, escaped",
                        rs256(claims.replace("{\"iss\"", "{\"t\\u0065nant\": \"rival\", \"iss\""))),
                arguments("not yet", rs256(claims.replace("{\"iss\"", "{\"nbf\": " + (NOW_S + 11) + ", \"iss\""))),
                arguments("nbf as text", rs256(claims.replace("{\"iss\"", "{\"nbf\": \"0\", \"iss\""))),
                arguments("from the future", rs256(claims.replace("\"iat\": " + NOW_S, "\"iat\": " + (NOW_S + 11)))),
                arguments("no subject", rs256(claims.replace("\"sub\"", "\"was_sub\""))),
                arguments("an empty subject", rs256(claims.replace("alice", " "))),
                arguments("a subject of two lines", rs256(claims.replace("alice", "alice\\nkey:admin"))),
                arguments("a long subject", rs256(claims.replace("alice", "a".repeat(201)))),
                arguments("no tenant", rs256(claims.replace("\"tenant\"", "\"was_tenant\""))),
                arguments("tenants", rs256(claims.replace("\"acme\"", "[\"acme\"]"))),
                arguments("no roles", rs256(claims.replace("\"roles\"", "\"was_roles\""))),
                arguments("an empty list of roles", rs256(TokenIssuer.claims("acme", "[]", NOW_S))),
                arguments(
                        "a role that is not known", rs256(TokenIssuer.claims("acme", "[\"reader\", \"root\"]", NOW_S))),
                arguments("a role in capital letters", rs256(TokenIssuer.claims("acme", "[\"ADMIN\"]", NOW_S))),
                arguments("an unspecified role", rs256(TokenIssuer.claims("acme", "[\"unspecified\"]", NOW_S))),
                arguments("roles as one text", rs256(TokenIssuer.claims("acme", "\"reader\"", NOW_S))),
                arguments("a huge one", rs256(claims.replace("alice", "a".repeat(9_000)))),
                arguments(
                        "deep",
                        rs256(claims.replace(
                                "{\"iss\"", "{\"x\": " + "[".repeat(100) + "]".repeat(100) + ", \"iss\""))),
                arguments("claims that are a list", rs256("[" + claims + "]")),
                arguments("more behind the claims", rs256(claims + "{}")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void aHostileTokenIsRefused(String what, String token) {
        assertRefused(token);
    }

    @Test
    void anAlgorithmThatIsNotConfiguredIsRefused() {
        TokenVerifier strict = verifier(Set.of(TokenAlgorithm.ES256));
        await(strict.start());
        assertEquals(
                "acme",
                await(strict.verify(TokenIssuer.token(P256, JWSAlgorithm.ES256, claims())))
                        .tenantId());
        assertInstanceOf(TokenRefused.class, failure(() -> strict.verify(rs256(claims()))));
    }

    @Test
    void aTokenThatCountedCountsNoMoreOnceItHasExpired() {
        String token = rs256(claims());
        await(verifier.verify(token));
        now = Instant.ofEpochSecond(NOW_S + 3_599);
        await(verifier.verify(token));
        now = Instant.ofEpochSecond(NOW_S + 3_600);
        assertRefused(token);
    }

    @Test
    void aKeyThatIsNewIsReadAtOnceAndOneThatWasWithdrawnCountsNoMore() {
        String old = rs256(claims());
        await(verifier.verify(old));
        RSAKey next = TokenIssuer.rsa("next");
        source.set = TokenIssuer.publicSet(next);
        now = Instant.ofEpochSecond(NOW_S + 6);
        await(verifier.verify(TokenIssuer.token(next, JWSAlgorithm.RS256, claims())));
        assertEquals(2, source.reads);
        assertRefused(old);
    }

    @Test
    void unknownKeysMakeNobodyReadAgainAndAgain() {
        now = Instant.ofEpochSecond(NOW_S + 6);
        for (int i = 0; i < 100; i++) {
            assertRefused(TokenIssuer.signed(RSA, JWSAlgorithm.RS256, headerOf("RS256", "k" + i), claims()));
        }
        assertEquals(2, source.reads);
        assertRefused(rs256(TokenIssuer.claims("acme", "[\"reader\"]", NOW_S - 60, NOW_S)));
        assertEquals(2, source.reads);
    }

    @Test
    void keysThatCannotBeReadCountForATime() {
        String token = rs256(TokenIssuer.claims("acme", "[\"reader\"]", NOW_S, NOW_S + 1_000_000));
        await(verifier.verify(token));
        source.isAway = true;
        now = Instant.ofEpochSecond(NOW_S).plus(Duration.ofHours(2));
        await(verifier.verify(token));
        now = Instant.ofEpochSecond(NOW_S + 1).plus(Duration.ofHours(2));
        assertRefused(token);
        source.isAway = false;
        now = Instant.ofEpochSecond(NOW_S + 10).plus(Duration.ofHours(2));
        await(verifier.verify(token));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "garbage", "[]", "{}", "{\"keys\": 7}", "{\"keys\": []}", "{\"keys\": [{\"kty\": \"RSA\"}]}"
            })
    void whatIsNoSetOfKeysIsRefusedAtTheStart(String set) {
        assertNoSet(set, "api.jwt.key_file keys.json must be a set of public keys");
    }

    @Test
    void keysThatMustNotBeThereAreRefusedAtTheStart() {
        assertNoSet(TokenIssuer.privateSet(RSA), "the key 'rsa' is not public");
        assertNoSet(
                "{\"keys\": [{\"kty\": \"oct\", \"k\": \"c2VjcmV0\", \"kid\": \"s\"}]}", "the key 's' is not public");
        assertNoSet(TokenIssuer.publicSet(TokenIssuer.rsa("weak", 1_024)), "the key 'weak' has 1024 bits");
        assertNoSet(SET.replace("\"sig\"", "\"enc\"").replace("}," + jwk(EDWARDS), "}"), "no key for the signatures");
    }

    private void assertNoSet(String set, String message) {
        source.set = set;
        Throwable cause =
                failure(() -> verifier(EnumSet.allOf(TokenAlgorithm.class)).start());
        assertTrue(cause.getMessage().contains(message), cause::toString);
        assertEquals(1, cause.getMessage().lines().count());
    }

    @Test
    void anAddressThatOthersCouldAnswerForIsRefused() {
        for (String address :
                new String[] {"http://id.example.com/keys", "file:///keys", "https:keys", "https://u:p@id.example.com/"
                }) {
            IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> ofAddress(address));
            assertTrue(
                    refused.getMessage().startsWith("api.jwt.key_address must be an https address"), refused::toString);
        }
        ofAddress("https://id.example.com/keys");
        ofAddress("http://127.0.0.1:8080/keys");
    }

    private static void ofAddress(String address) {
        new TokenConfiguration(
                TokenIssuer.ISSUER,
                TokenIssuer.AUDIENCE,
                EnumSet.allOf(TokenAlgorithm.class),
                Optional.empty(),
                Optional.of(URI.create(address)),
                Optional.empty(),
                Duration.ofSeconds(10),
                Duration.ofHours(1),
                "tenant",
                "roles",
                false);
    }

    private void assertRefused(String token) {
        assertInstanceOf(TokenRefused.class, failure(() -> verifier.verify(token)));
    }

    private static Throwable failure(Supplier<Future<?>> work) {
        return Future.succeededFuture()
                .compose(nothing -> work.get())
                .map(done -> (Throwable) new AssertionError("it counts"))
                .otherwise(cause -> cause)
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private static String claims() {
        return TokenIssuer.claims("acme", "[\"reader\", \"operator\"]", NOW_S);
    }

    private static String with(String replacement, String original) {
        return claims().replace(original, replacement);
    }

    private static String rs256(String claims) {
        return TokenIssuer.token(RSA, JWSAlgorithm.RS256, claims);
    }

    private static String header(String header) {
        return TokenIssuer.signed(RSA, JWSAlgorithm.RS256, header, claims());
    }

    private static String signed(ECKey key, JWSAlgorithm algorithm, String header) {
        return TokenIssuer.signed(key, algorithm, header, claims());
    }

    private static String headerOf(String algorithm, String kid) {
        return "{\"alg\":\"" + algorithm + "\",\"kid\":\"" + kid + "\"}";
    }

    private static String replaced(String[] parts, String header) {
        return TokenIssuer.encoded(header) + "." + parts[1] + "." + parts[2];
    }

    private static String hs256(String secret) {
        String content = TokenIssuer.encoded(headerOf("HS256", "rsa")) + "." + TokenIssuer.encoded(claims());
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return content + "." + Base64URL.encode(mac.doFinal(content.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has HMAC", e);
        }
    }

    private static String es256(byte[] signature) {
        return TokenIssuer.encoded(headerOf("ES256", "p256")) + "." + TokenIssuer.encoded(claims()) + "."
                + Base64URL.encode(signature);
    }

    /** Signed with a key that the token itself brings along. */
    private static String embedded() {
        String header = "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"jwk\":"
                + OTHER_RSA.toPublicJWK().toJSONString() + "}";
        return TokenIssuer.signed(OTHER_RSA, JWSAlgorithm.RS256, header, claims());
    }

    private static KeyPair edwards() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has Ed25519", e);
        }
    }

    private static String jwk(KeyPair pair) {
        byte[] encoded = ((EdECPublicKey) pair.getPublic()).getEncoded();
        byte[] point = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
        return "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"ed\",\"x\":\"" + Base64URL.encode(point) + "\"}";
    }

    private static String edwardsToken(String claims) {
        String content = TokenIssuer.encoded(headerOf("EdDSA", "ed")) + "." + TokenIssuer.encoded(claims);
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(EDWARDS.getPrivate());
            signature.update(content.getBytes(StandardCharsets.US_ASCII));
            return content + "." + Base64URL.encode(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has Ed25519", e);
        }
    }
}
