package io.ticktock.api.token;

import com.nimbusds.jose.JWSAlgorithm;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Signatures that tokens may have. There is none that is made with a shared secret, and none for no signature. */
public enum TokenAlgorithm {
    RS256("RS256"),
    RS384("RS384"),
    RS512("RS512"),
    PS256("PS256"),
    ES256("ES256"),
    ES384("ES384"),
    EDDSA("EdDSA");

    private final String standardName;

    TokenAlgorithm(String standardName) {
        this.standardName = standardName;
    }

    JWSAlgorithm standard() {
        return JWSAlgorithm.parse(standardName);
    }

    /** By its name in a token's header, to the letter. */
    public static Optional<TokenAlgorithm> of(String name) {
        return Arrays.stream(values())
                .filter(algorithm -> algorithm.standardName.equals(name))
                .findFirst();
    }

    /** All of their names. */
    public static String names() {
        return Arrays.stream(values()).map(algorithm -> algorithm.standardName).collect(Collectors.joining(", "));
    }
}
