package io.ticktock.api.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.proto.v1.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What a token claims, as far as it matters here. */
public record TokenClaims(String subject, String tenantId, Set<Role> roles, Instant expiresAt) {

    /** How far the issuer's clock may be ahead. A token that has expired has. */
    static final Duration LEEWAY = Duration.ofSeconds(10);

    private static final int MOST_CHARACTERS = 200;
    private static final int MOST_ROLES = 20;
    private static final double LAST_SECOND = 253_402_300_799.0;

    private static final Set<Role> ROLES = EnumSet.complementOf(EnumSet.of(Role.ROLE_UNSPECIFIED, Role.UNRECOGNIZED));

    public TokenClaims {
        roles = Set.copyOf(roles);
    }

    /** Throws {@link TokenRefused} when one is missing or wrong, or when they do not count now. */
    static TokenClaims of(ObjectNode claims, TokenConfiguration configuration, Instant now) {
        if (!configuration.issuer().equals(claims.path("iss").textValue())) {
            throw new TokenRefused("it is of another issuer");
        }
        if (!isFor(configuration.audience(), claims.path("aud"))) {
            throw new TokenRefused("it is meant for somebody else");
        }
        Instant expiresAt = time(claims, "exp");
        if (!now.isBefore(expiresAt)) {
            throw new TokenRefused("it has expired");
        }
        requireBegun(claims, "nbf", now);
        requireBegun(claims, "iat", now);
        return new TokenClaims(
                text(claims, "sub"),
                text(claims, configuration.tenantClaim()),
                roles(claims.path(configuration.rolesClaim())),
                expiresAt);
    }

    private static boolean isFor(String audience, JsonNode claimed) {
        if (!claimed.isArray()) {
            return audience.equals(claimed.textValue());
        }
        boolean isAmong = false;
        for (JsonNode one : claimed) {
            if (!one.isTextual()) {
                return false;
            }
            isAmong |= audience.equals(one.textValue());
        }
        return isAmong;
    }

    private static void requireBegun(ObjectNode claims, String name, Instant now) {
        if (claims.has(name) && time(claims, name).isAfter(now.plus(LEEWAY))) {
            throw new TokenRefused("its " + name + " is in the future");
        }
    }

    private static Instant time(ObjectNode claims, String name) {
        JsonNode value = claims.path(name);
        double seconds = value.isNumber() ? value.doubleValue() : -1;
        // Also not so when it is no number at all.
        if (seconds >= 0 && seconds <= LAST_SECOND) {
            return Instant.ofEpochSecond((long) seconds);
        }
        throw new TokenRefused("its " + name + " is no time");
    }

    private static String text(ObjectNode claims, String name) {
        String text = claims.path(name).textValue();
        if (text == null || text.isBlank() || text.length() > MOST_CHARACTERS) {
            throw new TokenRefused("its " + name + " is no text, or too long");
        }
        if (text.codePoints().anyMatch(Character::isISOControl)) {
            throw new TokenRefused("its " + name + " has control characters");
        }
        return text;
    }

    /** Each of them must be known: what one means by a role that is not cannot be guessed. */
    private static Set<Role> roles(JsonNode claimed) {
        if (!claimed.isArray() || claimed.isEmpty() || claimed.size() > MOST_ROLES) {
            throw new TokenRefused("it lists no roles");
        }
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (JsonNode word : claimed) {
            roles.add(role(word));
        }
        return roles;
    }

    private static Role role(JsonNode word) {
        return ROLES.stream()
                .filter(role -> word(role).equals(word.textValue()))
                .findFirst()
                .orElseThrow(() -> new TokenRefused("its roles are not all among "
                        + ROLES.stream().map(TokenClaims::word).collect(Collectors.joining(", "))));
    }

    private static String word(Role role) {
        return role.name().substring("ROLE_".length()).toLowerCase(Locale.ROOT);
    }
}
