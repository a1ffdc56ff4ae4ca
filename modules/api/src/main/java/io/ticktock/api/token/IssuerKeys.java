package io.ticktock.api.token;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The public keys that the issuer signs with, as one JWK set tells them. */
record IssuerKeys(List<IssuerKey> keys) {

    static final IssuerKeys NONE = new IssuerKeys(List.of());

    private static final int MOST_KEYS = 100;

    IssuerKeys {
        keys = List.copyOf(keys);
    }

    /** Throws {@link KeySetFault}. */
    static IssuerKeys parse(byte[] bytes, Set<TokenAlgorithm> algorithms) {
        if (StrictJson.object(bytes).isEmpty()) {
            throw new KeySetFault("it is no JSON object, such as {\"keys\": […]}");
        }
        JWKSet set;
        try {
            set = JWKSet.parse(new String(bytes, StandardCharsets.UTF_8));
        } catch (ParseException e) {
            throw new KeySetFault(e.getMessage(), e);
        }
        if (set.size() > MOST_KEYS) {
            throw new KeySetFault("it has " + set.size() + " keys; " + MOST_KEYS + " are allowed");
        }
        List<IssuerKey> keys = new ArrayList<>();
        for (JWK key : set.getKeys()) {
            IssuerKey.of(key).ifPresent(keys::add);
        }
        if (keys.stream().noneMatch(key -> key.algorithms().stream().anyMatch(algorithms::contains))) {
            throw new KeySetFault("it has no key for the signatures that api.jwt.algorithms lists");
        }
        return new IssuerKeys(keys);
    }

    /** The one key that is meant; without a kid, the only one that fits. */
    Optional<IssuerKey> find(TokenAlgorithm algorithm, Optional<String> kid) {
        List<IssuerKey> fitting = keys.stream()
                .filter(key -> key.algorithms().contains(algorithm))
                .filter(key -> kid.isEmpty() || key.id().equals(kid))
                .toList();
        return fitting.size() == 1 ? Optional.of(fitting.get(0)) : Optional.empty();
    }
}
