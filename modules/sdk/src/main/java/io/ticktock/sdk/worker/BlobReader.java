package io.ticktock.sdk.worker;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.Payload;
import io.ticktock.sdk.HandlerFailure;
import io.ticktock.sdk.Value;
import io.vertx.core.Context;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** Fetches large inputs over HTTP, when a handler looks at them. */
final class BlobReader {

    /** As an executor takes in. */
    private static final int MOST_BYTES = 64 << 20;

    private static final int SHA256_BYTES = 32;
    private static final int CONNECT_MS = 10_000;
    private static final int SILENCE_MS = 30_000;
    private static final int OK = 200;

    private final ServerAddress server;
    private final Supplier<String> credential;
    private final Optional<SSLSocketFactory> sockets;

    /** Throws IllegalArgumentException when the certificates cannot be read. */
    BlobReader(ServerAddress server, Supplier<String> credential, Optional<Path> trusted) {
        this.server = server;
        this.credential = credential;
        this.sockets = trusted.map(BlobReader::trusting);
    }

    /** What the payload refers to; nothing is fetched yet. */
    Value value(Payload payload) {
        return Value.of(payload, () -> bytes(payload.getBlob()), () -> open(payload.getBlob()));
    }

    private ByteString bytes(BlobReference blob) {
        if (blob.getSizeBytes() > MOST_BYTES) {
            throw new HandlerFailure(
                    "input_too_large",
                    "the input has " + blob.getSizeBytes() + " bytes, more than the " + MOST_BYTES
                            + " that are taken into memory; read it with open()",
                    false);
        }
        try (InputStream content = open(blob)) {
            return ByteString.readFrom(content);
        } catch (IOException e) {
            throw unavailable(blob, e);
        }
    }

    private InputStream open(BlobReference blob) {
        if (Context.isOnEventLoopThread()) {
            throw new HandlerFailure(
                    "blocking_read",
                    "the input is large and must be fetched, which blocks: look at it in TaskHandler.blocking(…) or"
                            + " attempt().onWorker(…)",
                    false);
        }
        if (blob.getSha256().size() != SHA256_BYTES || blob.getSizeBytes() < 0) {
            throw new HandlerFailure("invalid_reference", "the server gave an input that refers to no blob", false);
        }
        try {
            HttpURLConnection connection = connect(blob);
            int status = connection.getResponseCode();
            if (status != OK) {
                connection.disconnect();
                throw new HandlerFailure(
                        "blob_unavailable",
                        "the server answered " + status + " when asked for the input of " + blob.getSizeBytes()
                                + " bytes",
                        true);
            }
            return new CheckedBlobStream(new BufferedInputStream(connection.getInputStream()), blob);
        } catch (IOException e) {
            throw unavailable(blob, e);
        }
    }

    private HttpURLConnection connect(BlobReference blob) throws IOException {
        String id = HexFormat.of().formatHex(blob.getSha256().toByteArray());
        HttpURLConnection connection = (HttpURLConnection)
                URI.create(server + "/v1/blobs/" + id).toURL().openConnection();
        if (connection instanceof HttpsURLConnection secure) {
            sockets.ifPresent(secure::setSSLSocketFactory);
        }
        connection.setConnectTimeout(CONNECT_MS);
        connection.setReadTimeout(SILENCE_MS);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        String token = credential.get();
        if (!token.isEmpty()) {
            connection.setRequestProperty("Authorization", "Bearer " + token);
        }
        return connection;
    }

    private static HandlerFailure unavailable(BlobReference blob, IOException cause) {
        return new HandlerFailure(
                "blob_unavailable",
                "the input of " + blob.getSizeBytes() + " bytes could not be fetched: " + cause.getMessage(),
                true,
                cause);
    }

    private static SSLSocketFactory trusting(Path certificates) {
        try (InputStream pem = Files.newInputStream(certificates)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                store.setCertificateEntry("trusted-" + number++, certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "the certificates cannot be read from " + certificates + ": " + e.getMessage(), e);
        }
    }
}
