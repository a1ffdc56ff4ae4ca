package io.ticktock.api.token;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** An address that the configuration names, and no other: it follows no redirects. */
final class KeyAddress implements KeySource {

    private static final int CONNECT_TIMEOUT_MS = 3_000;
    private static final int TIMEOUT_MS = 5_000;
    private static final int IDLE_S = 15;

    private final HttpClient client;
    private final URI address;

    KeyAddress(Vertx vertx, URI address, Optional<Path> trustedCertificates) {
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout(CONNECT_TIMEOUT_MS)
                .setIdleTimeout(IDLE_S)
                .setIdleTimeoutUnit(TimeUnit.SECONDS);
        trustedCertificates.ifPresent(
                pem -> options.setTrustOptions(new PemTrustOptions().addCertPath(pem.toString())));
        this.client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(1));
        this.address = address;
    }

    @Override
    public Future<byte[]> read() {
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setAbsoluteURI(address.toString())
                .setFollowRedirects(false)
                .setTimeout(TIMEOUT_MS)
                .putHeader("Accept", "application/json");
        return client.request(request)
                .compose(sent -> sent.send()
                        .compose(KeyAddress::body)
                        .timeout(TIMEOUT_MS, TimeUnit.MILLISECONDS)
                        .onFailure(cause -> sent.reset()))
                .recover(KeyAddress::unreadable);
    }

    private static Future<byte[]> body(HttpClientResponse response) {
        if (response.statusCode() != 200) {
            return Future.failedFuture(new KeySetFault("it answers with status " + response.statusCode()));
        }
        Promise<byte[]> read = Promise.promise();
        Buffer gathered = Buffer.buffer();
        response.exceptionHandler(read::tryFail);
        response.endHandler(end -> read.tryComplete(gathered.getBytes()));
        response.handler(chunk -> {
            if (gathered.length() + chunk.length() > MOST_BYTES) {
                response.handler(rest -> {});
                read.tryFail(new KeySetFault("it is larger than " + MOST_BYTES + " bytes"));
            } else {
                gathered.appendBuffer(chunk);
            }
        });
        return read.future();
    }

    private static Future<byte[]> unreadable(Throwable cause) {
        return Future.failedFuture(
                cause instanceof KeySetFault ? cause : new KeySetFault("it does not answer as it should", cause));
    }

    @Override
    public boolean isAtHand() {
        return false;
    }

    @Override
    public String described() {
        return "api.jwt.key_address " + address;
    }
}
