package io.ticktock.api.operation;

import static io.ticktock.api.operation.Operation.reading;

import io.ticktock.api.access.Caller;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.ReadBlobRequest;
import io.ticktock.proto.v1.ReadBlobResponse;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Reads blobs. */
public final class BlobOperations {

    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final String PLAIN = "abcdefghijklmnopqrstuvwxyz0123456789_-";

    private final Bus bus;

    /** Of the caller's blob with this SHA-256: that alone stands in the request's uri. */
    public final Operation<ReadBlobRequest, ReadBlobResponse> read;

    public BlobOperations(Bus bus) {
        this.bus = bus;
        this.read = reading("blobs.read", this::read);
    }

    private Future<ReadBlobResponse> read(Caller caller, ReadBlobRequest request) {
        if (!HASH.matcher(request.getUri()).matches()) {
            return Future.failedFuture(new Failure(FailureCode.NOT_FOUND, "there is no such blob"));
        }
        ReadBlobRequest own = request.toBuilder()
                .setUri("blob:" + encoded(caller.tenantId()) + "/" + request.getUri())
                .build();
        return bus.request(Addresses.BLOB_READ, own);
    }

    /** As a tenant stands in the uri of a blob. */
    private static String encoded(String tenantId) {
        StringBuilder encoded = new StringBuilder();
        for (byte each : tenantId.getBytes(StandardCharsets.UTF_8)) {
            if (PLAIN.indexOf(each) >= 0) {
                encoded.append((char) each);
            } else {
                encoded.append("%%%02x".formatted(each & 0xff));
            }
        }
        return encoded.toString();
    }
}
