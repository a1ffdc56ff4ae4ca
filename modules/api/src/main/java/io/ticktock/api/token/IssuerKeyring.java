package io.ticktock.api.token;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The issuer's keys, read again and again. While they cannot be read the last ones count, for a time. For one event loop.
 */
final class IssuerKeyring {

    private static final Logger LOG = LoggerFactory.getLogger(IssuerKeyring.class);

    /** A token with a key that is not known lets the keys be read early, at most so often. */
    private static final Duration SOONEST_EARLY = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final KeySource source;
    private final TokenConfiguration configuration;
    private final InstantSource clock;

    private IssuerKeys keys = IssuerKeys.NONE;
    /** What they were read from; empty before. */
    private Optional<byte[]> bytes = Optional.empty();

    private Instant readAt = Instant.MIN;
    private Instant triedAt = Instant.MIN;
    private Future<Void> reading = Future.succeededFuture();
    private String lastFault = "";

    IssuerKeyring(Vertx vertx, KeySource source, TokenConfiguration configuration, InstantSource clock) {
        this.vertx = vertx;
        this.source = source;
        this.configuration = configuration;
        this.clock = clock;
    }

    /** Fails as INVALID_ARGUMENT when what is on this machine is no set of keys. */
    Future<Void> start() {
        return readAgain()
                .recover(cause -> source.isAtHand() ? Future.failedFuture(refusal(cause)) : keepOn(cause))
                .onSuccess(read -> readLater());
    }

    private Failure refusal(Throwable cause) {
        return new Failure(
                FailureCode.INVALID_ARGUMENT,
                source.described() + " must be a set of public keys (JWK set): " + cause.getMessage(),
                cause);
    }

    private void readLater() {
        vertx.setTimer(
                configuration.refresh().toMillis(),
                id -> readAgain().recover(this::keepOn).onComplete(read -> readLater()));
    }

    /** Whoever asks while they are being read waits for that. */
    private Future<Void> readAgain() {
        if (reading.isComplete()) {
            triedAt = clock.instant();
            reading = source.read().map(this::take);
        }
        return reading;
    }

    private Void take(byte[] read) {
        if (bytes.isEmpty() || !Arrays.equals(read, bytes.get())) {
            keys = IssuerKeys.parse(read, configuration.algorithms());
            bytes = Optional.of(read);
            LOG.info("{} keys of {} count", keys.keys().size(), configuration.issuer());
        }
        readAt = clock.instant();
        lastFault = "";
        return null;
    }

    /** Told once, not at every look. */
    private Future<Void> keepOn(Throwable cause) {
        String fault = String.valueOf(cause.getMessage());
        if (!fault.equals(lastFault)) {
            lastFault = fault;
            LOG.warn("{} was not read, and what was known counts on: {}", source.described(), fault);
        }
        return Future.succeededFuture();
    }

    /** None once they have not been confirmed for too long. */
    IssuerKeys current() {
        boolean isTooOld = readAt.isBefore(clock.instant().minus(configuration.keep()));
        if (isTooOld && !keys.keys().isEmpty()) {
            LOG.error("the keys of {} count no more: they could not be read for too long", configuration.issuer());
            keys = IssuerKeys.NONE;
            bytes = Optional.empty();
        }
        return keys;
    }

    /** Fails with {@link TokenRefused}. One that is not known may be new. */
    Future<IssuerKey> find(TokenAlgorithm algorithm, Optional<String> kid) {
        Optional<IssuerKey> found = current().find(algorithm, kid);
        if (found.isPresent()) {
            return Future.succeededFuture(found.get());
        }
        boolean wasJustRead =
                reading.isComplete() && triedAt.isAfter(clock.instant().minus(SOONEST_EARLY));
        return wasJustRead
                ? Future.failedFuture(unknownKey())
                : readAgain()
                        .recover(this::keepOn)
                        .map(read -> current().find(algorithm, kid).orElseThrow(IssuerKeyring::unknownKey));
    }

    private static TokenRefused unknownKey() {
        return new TokenRefused("it is signed with a key that is not known");
    }

    Set<TokenAlgorithm> algorithms() {
        return configuration.algorithms();
    }
}
