package io.ticktock.api.token;

import io.ticktock.graph.settings.Durations;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * The configuration key {@code api.jwt}.
 *
 * @param issuer whose tokens are taken
 * @param audience that tokens must be meant for
 * @param algorithms that they may be signed with
 * @param keyFile JWK set of the issuer's public keys; this or keyAddress
 * @param keyAddress where the issuer tells its public keys
 * @param trustedCertificates PEM file of certificates to trust at that address instead of those of the Java runtime
 * @param refresh how often the keys are read again, 1 s to 1 h
 * @param keep how long keys count that cannot be read again, from refresh to 24 h
 * @param tenantClaim which claim names the tenant
 * @param rolesClaim which claim lists the roles
 * @param operatingAdmin whether a token may be of an administrator of the operating tenant
 */
public record TokenConfiguration(
        String issuer,
        String audience,
        Set<TokenAlgorithm> algorithms,
        Optional<Path> keyFile,
        Optional<URI> keyAddress,
        Optional<Path> trustedCertificates,
        Duration refresh,
        Duration keep,
        String tenantClaim,
        String rolesClaim,
        boolean operatingAdmin) {

    /** Names that nobody can bind to another machine. */
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private static final Duration SOONEST_REFRESH = Duration.ofSeconds(1);
    private static final Duration LATEST_REFRESH = Duration.ofHours(1);
    private static final Duration LONGEST_KEEP = Duration.ofHours(24);

    /** Throws IllegalArgumentException that names the key when a value is not possible. */
    public TokenConfiguration {
        algorithms = Set.copyOf(algorithms);
        require(!issuer.isEmpty(), "issuer must say whose tokens are taken");
        require(!audience.isEmpty(), "audience must say whom tokens are meant for");
        require(!algorithms.isEmpty(), "algorithms must list some of " + TokenAlgorithm.names());
        require(
                keyFile.isPresent() != keyAddress.isPresent(),
                "key_file or api.jwt.key_address must say where the issuer's public keys are, one of them");
        keyAddress.ifPresent(TokenConfiguration::requireSafe);
        requireBetween(refresh, SOONEST_REFRESH, LATEST_REFRESH, "refresh");
        requireBetween(keep, refresh, LONGEST_KEEP, "keep");
        require(!tenantClaim.isEmpty(), "tenant_claim must name the claim that names the tenant");
        require(!rolesClaim.isEmpty(), "roles_claim must name the claim that lists the roles");
    }

    /** Who could change what comes from there could be anybody. */
    private static void requireSafe(URI address) {
        boolean isWhole = address.getHost() != null && address.getUserInfo() == null && address.getFragment() == null;
        boolean isSafe = "https".equals(address.getScheme())
                || ("http".equals(address.getScheme()) && isWhole && LOOPBACK.contains(address.getHost()));
        require(isWhole && isSafe, "key_address must be an https address, not '" + address + "'");
    }

    private static void requireBetween(Duration value, Duration least, Duration most, String key) {
        require(
                value.compareTo(least) >= 0 && value.compareTo(most) <= 0,
                key + " must be " + Durations.format(least) + " to " + Durations.format(most) + ", not "
                        + Durations.format(value));
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("api.jwt." + rule);
        }
    }
}
