package io.ticktock.api.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a token says of itself; nothing of it counts before its signature was checked. Keys and addresses of keys in its
 * header (jwk, jku, x5c, x5u) are not looked at.
 */
record ParsedToken(
        TokenAlgorithm algorithm,
        Optional<String> kid,
        JWSHeader header,
        String signed,
        Base64URL signature,
        ObjectNode claims) {

    static final int MOST_CHARACTERS = 8 * 1024;

    private static final Pattern FORM = Pattern.compile("([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)");

    /** A token for another purpose says so in its type, as those that tell of a logout do. */
    private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/jwt", "application/at+jwt");

    /** Throws {@link TokenRefused}. */
    static ParsedToken parse(String text, Set<TokenAlgorithm> allowed) {
        if (text.length() > MOST_CHARACTERS) {
            throw new TokenRefused("it is too long");
        }
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new TokenRefused("it is no signed token");
        }
        ObjectNode header = object(parts.group(1), "header");
        TokenAlgorithm algorithm = TokenAlgorithm.of(text(header, "alg").orElse(""))
                .filter(allowed::contains)
                .orElseThrow(() -> new TokenRefused("its algorithm is not allowed"));
        if (header.has("crit") || header.has("b64")) {
            throw new TokenRefused("it has extensions that must be understood");
        }
        if (header.has("typ") && !TYPES.contains(text(header, "typ").orElse("").toLowerCase(Locale.ROOT))) {
            throw new TokenRefused("it is of another type");
        }
        return new ParsedToken(
                algorithm,
                text(header, "kid"),
                standardHeader(algorithm),
                parts.group(1) + '.' + parts.group(2),
                new Base64URL(parts.group(3)),
                object(parts.group(2), "payload"));
    }

    /** Of the one thing that counts of it: the library gets to see nothing that a token brings along. */
    private static JWSHeader standardHeader(TokenAlgorithm algorithm) {
        return new JWSHeader(algorithm.standard());
    }

    private static ObjectNode object(String part, String what) {
        return StrictJson.object(new Base64URL(part).decode())
                .orElseThrow(() -> new TokenRefused("its " + what + " is no JSON object"));
    }

    /** Empty when it is not there; what is there must be a text. */
    private static Optional<String> text(ObjectNode header, String name) {
        JsonNode value = header.path(name);
        if (value.isMissingNode()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw new TokenRefused("its " + name + " is no text");
        }
        return Optional.of(value.textValue());
    }

    /** Throws {@link TokenRefused} unless this key has signed it. */
    void requireSignedBy(IssuerKey key) {
        try {
            if (key.algorithms().contains(algorithm)
                    && key.check().verify(header, signed.getBytes(StandardCharsets.US_ASCII), signature)) {
                return;
            }
        } catch (JOSEException e) {
            throw new TokenRefused("its signature cannot be checked: " + e.getMessage());
        }
        throw new TokenRefused("its signature is wrong");
    }
}
