package io.ticktock.state;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;

/**
 * Where a PostgreSQL database is, and as whom to use it. The user runs the migrations, and must own the database or be
 * allowed to create schemas and roles in it.
 *
 * @param sslMode disable, allow, prefer (as in a url that does not say), require, verify-ca or verify-full
 */
public record DatabaseAddress(String host, int port, String database, String user, String password, String sslMode) {

    private static final String FORM = "postgres://user:password@host:port/database?sslmode=require";

    /** From the form postgres://user:password@host:port/database. Throws INVALID_ARGUMENT, without the password. */
    public static DatabaseAddress parse(String url) {
        try {
            PgConnectOptions options = PgConnectOptions.fromUri(url);
            String sslMode = url.contains("sslmode=") ? options.getSslMode().value : SslMode.PREFER.value;
            return new DatabaseAddress(
                    options.getHost(),
                    options.getPort(),
                    options.getDatabase(),
                    options.getUser(),
                    options.getPassword(),
                    sslMode);
        } catch (IllegalArgumentException e) {
            throw new Failure(FailureCode.INVALID_ARGUMENT, "the database url must have the form " + FORM, e);
        }
    }

    /** Another database of the same server. */
    public DatabaseAddress withDatabase(String other) {
        return new DatabaseAddress(host, port, other, user, password, sslMode);
    }

    /** The same database as another user. */
    public DatabaseAddress withUser(String other, String otherPassword) {
        return new DatabaseAddress(host, port, database, other, otherPassword, sslMode);
    }

    PgConnectOptions options() {
        return new PgConnectOptions()
                .setHost(host)
                .setPort(port)
                .setDatabase(database)
                .setUser(user)
                .setPassword(password)
                .setSslMode(SslMode.of(sslMode))
                .setSslOptions(sslOptions(SslMode.of(sslMode)));
    }

    /** As PostgreSQL's own clients take these words: only the verifying modes look at the certificate. */
    private static ClientSSLOptions sslOptions(SslMode mode) {
        return switch (mode) {
            case DISABLE, ALLOW, PREFER, REQUIRE ->
                new ClientSSLOptions().setTrustAll(true).setHostnameVerificationAlgorithm("");
            case VERIFY_CA -> new ClientSSLOptions().setHostnameVerificationAlgorithm("");
            case VERIFY_FULL -> new ClientSSLOptions().setHostnameVerificationAlgorithm("HTTPS");
        };
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "postgres://" + user + "@" + host + ":" + port + "/" + database;
    }
}
