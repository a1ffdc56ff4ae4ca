package io.ticktock.testkit;

import io.ticktock.blob.S3Configuration;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A server that speaks S3 over HTTP on the loopback interface, and keeps its objects for as long as it runs. */
public final class S3Server implements AutoCloseable {

    /** The file beside an object in which the server writes it, before it gives it the object's name. */
    private static final Pattern BEING_WRITTEN =
            Pattern.compile("[0-9a-f]{64}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$");

    public static final String BUCKET = "ticktock-tests";
    public static final String ACCESS_KEY = "the-tests-access-key";
    public static final String SECRET_KEY = "the-tests-secret-key";

    private final S3Proxy server;
    private final TimedObjects objects;
    private final URI endpoint;

    private S3Server(S3Proxy server, TimedObjects objects) {
        this.server = server;
        this.objects = objects;
        this.endpoint = URI.create("http://127.0.0.1:" + server.getPort());
    }

    /** With one empty bucket; objects are dated by this clock. */
    public static S3Server start(InstantSource clock) throws Exception {
        TimedObjects objects = new TimedObjects(new TransientNio2BlobStore(), clock);
        objects.createContainer(BUCKET);
        S3Proxy server = S3Proxy.builder()
                .blobStore(objects)
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
                .build();
        server.start();
        System.setProperty("aws.accessKeyId", ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", SECRET_KEY);
        return new S3Server(server, objects);
    }

    public URI endpoint() {
        return endpoint;
    }

    /** Of a store in this server's bucket. */
    public S3Configuration configuration() {
        return configuration(endpoint);
    }

    static S3Configuration configuration(URI endpoint) {
        S3Configuration usual = S3Configuration.defaults(BUCKET);
        return new S3Configuration(
                Optional.of(endpoint),
                Optional.of("us-east-1"),
                BUCKET,
                "some/prefix/",
                true,
                usual.kmsKeyId(),
                usual.partBytes(),
                usual.maxConnections(),
                usual.requestTimeout(),
                usual.maxAttempts(),
                usual.abandonedAfter());
    }

    /** All keys that begin so, in their order, without what the server keeps for itself. */
    public List<String> keys(String prefix) {
        return objects.list(BUCKET).contents().stream()
                .map(S3Object::key)
                .filter(key -> key.startsWith(prefix) && !key.startsWith(".s3proxy-"))
                .filter(key -> !BEING_WRITTEN.matcher(key).find())
                .sorted()
                .toList();
    }

    /** What is stored under this key. */
    public byte[] content(String key) throws IOException {
        try (InputStream content = objects.getBlob(BUCKET, key)) {
            return content.readAllBytes();
        }
    }

    /** Puts this there past the protocol. */
    public void put(String key, byte[] content) {
        objects.putBlob(
                PutObjectRequest.builder()
                        .bucket(BUCKET)
                        .key(key)
                        .contentLength((long) content.length)
                        .build(),
                new ByteArrayInputStream(content));
    }

    /** Uploads in parts that are neither completed nor aborted. */
    public int unfinishedUploads() {
        return objects.listMultipartUploads(BUCKET).size();
    }

    /** Answers so many of the next parts with an internal error. */
    public void refuseParts(int count) {
        objects.refuseParts(count);
    }

    /** The keys of KMS that requests for objects below this prefix named, with the kind of request, in their order. */
    public List<String> encryptions(String prefix) {
        return objects.encryptions(prefix);
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the S3 server did not stop", e);
        }
    }
}
