package io.ticktock.api.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * A public key of the issuer.
 *
 * @param algorithms what it may be used with: what it is, not what a token says, decides that
 */
record IssuerKey(Optional<String> id, Set<TokenAlgorithm> algorithms, SignatureCheck check) {

    private static final int LEAST_RSA_BITS = 2_048;
    private static final Set<TokenAlgorithm> OF_RSA =
            EnumSet.of(TokenAlgorithm.RS256, TokenAlgorithm.RS384, TokenAlgorithm.RS512, TokenAlgorithm.PS256);

    /** Empty for a key of another kind or for other purposes; throws {@link KeySetFault} when it must not be there. */
    static Optional<IssuerKey> of(JWK key) {
        String name = key.getKeyID() == null ? "a key without kid" : "the key '" + key.getKeyID() + "'";
        if (key.isPrivate()) {
            throw new KeySetFault(name + " is not public; only public keys belong there");
        }
        if (!isForSignatures(key)) {
            return Optional.empty();
        }
        try {
            return ofSignatures(key, name)
                    .map(found -> found.restrictedTo(key))
                    .filter(found -> !found.algorithms.isEmpty());
        } catch (JOSEException e) {
            throw new KeySetFault(name + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static boolean isForSignatures(JWK key) {
        boolean isUsed = key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE);
        boolean isOperated =
                key.getKeyOperations() == null || key.getKeyOperations().contains(KeyOperation.VERIFY);
        return isUsed && isOperated;
    }

    private static Optional<IssuerKey> ofSignatures(JWK key, String name) throws JOSEException {
        Optional<String> id = Optional.ofNullable(key.getKeyID());
        if (key instanceof RSAKey rsa) {
            if (rsa.size() < LEAST_RSA_BITS) {
                throw new KeySetFault(name + " has " + rsa.size() + " bits; RSA needs " + LEAST_RSA_BITS);
            }
            return Optional.of(new IssuerKey(id, OF_RSA, new RSASSAVerifier(rsa)::verify));
        }
        if (key instanceof ECKey elliptic && elliptic.getCurve().equals(Curve.P_256)) {
            return Optional.of(new IssuerKey(id, Set.of(TokenAlgorithm.ES256), new ECDSAVerifier(elliptic)::verify));
        }
        if (key instanceof ECKey elliptic && elliptic.getCurve().equals(Curve.P_384)) {
            return Optional.of(new IssuerKey(id, Set.of(TokenAlgorithm.ES384), new ECDSAVerifier(elliptic)::verify));
        }
        if (key instanceof OctetKeyPair edwards && edwards.getCurve().equals(Curve.Ed25519)) {
            return Optional.of(new IssuerKey(id, Set.of(TokenAlgorithm.EDDSA), Ed25519Check.of(edwards)));
        }
        return Optional.empty();
    }

    private IssuerKey restrictedTo(JWK key) {
        if (key.getAlgorithm() == null) {
            return this;
        }
        Set<TokenAlgorithm> named = TokenAlgorithm.of(key.getAlgorithm().getName())
                .filter(algorithms::contains)
                .map(Set::of)
                .orElse(Set.of());
        return new IssuerKey(id, named, check);
    }
}
