package io.ticktock.testkit;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** An identity provider with a few keys, which signs whatever it is asked to, also what no real one would. */
public final class TokenIssuer {

    public static final String ISSUER = "https://id.example.com";
    public static final String AUDIENCE = "ticktock";

    private TokenIssuer() {}

    public static RSAKey rsa(String kid) {
        return rsa(kid, 2_048);
    }

    public static RSAKey rsa(String kid, int bits) {
        try {
            return new RSAKeyGenerator(bits, bits < 2_048)
                    .keyID(kid)
                    .keyUse(KeyUse.SIGNATURE)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException("a key of RSA can be made", e);
        }
    }

    public static ECKey elliptic(String kid, Curve curve) {
        try {
            return new ECKeyGenerator(curve).keyID(kid).keyUse(KeyUse.SIGNATURE).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException("a key of this curve can be made", e);
        }
    }

    /** What the issuer tells of its keys. */
    public static String publicSet(JWK... keys) {
        return new JWKSet(List.of(keys)).toString(true);
    }

    /** What the issuer keeps for itself. */
    public static String privateSet(JWK... keys) {
        return new JWKSet(List.of(keys)).toString(false);
    }

    /** A token as it should be. */
    public static String token(JWK key, JWSAlgorithm algorithm, String claims) {
        String header = "{\"alg\":\"" + algorithm.getName() + "\",\"typ\":\"JWT\",\"kid\":\"" + key.getKeyID() + "\"}";
        return signed(key, algorithm, header, claims);
    }

    /** With whatever header; signed in truth with this algorithm. */
    public static String signed(JWK key, JWSAlgorithm algorithm, String header, String claims) {
        String content = encoded(header) + "." + encoded(claims);
        try {
            Base64URL signature =
                    signer(key).sign(new JWSHeader(algorithm), content.getBytes(StandardCharsets.US_ASCII));
            return content + "." + signature;
        } catch (JOSEException e) {
            throw new IllegalStateException("this key signs with " + algorithm, e);
        }
    }

    private static JWSSigner signer(JWK key) throws JOSEException {
        return key instanceof RSAKey rsa ? new RSASSASigner(rsa) : new ECDSASigner(key.toECKey());
    }

    public static String encoded(String text) {
        return Base64URL.encode(text.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** Claims that count for an hour. */
    public static String claims(String tenantId, String roles, long nowSeconds) {
        return claims(tenantId, roles, nowSeconds, nowSeconds + 3_600);
    }

    /** @param roles as JSON, such as {@code ["reader"]} */
    public static String claims(String tenantId, String roles, long nowSeconds, long expiresSeconds) {
        return """
                {"iss": "%s", "aud": "%s", "sub": "alice", "iat": %d, "exp": %d, "tenant": "%s", "roles": %s}
                """.formatted(ISSUER, AUDIENCE, nowSeconds, expiresSeconds, tenantId, roles)
                .strip();
    }
}
