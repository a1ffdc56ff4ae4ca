package io.ticktock.testkit;

import io.ticktock.proto.v1.FindUnreferencedBlobsRequest;
import io.ticktock.proto.v1.FindUnreferencedBlobsResponse;
import io.ticktock.state.BlobUris;
import io.ticktock.state.Checks;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** How much the tenants of an {@link InMemoryStateStore} store, and which blobs they refer to. Guarded by its store. */
final class InMemoryStorage {

    private record BlobKey(String tenantId, String uri) {}

    private final Set<BlobKey> blobs = new HashSet<>();
    private final Map<String, Long> storedBytes = new HashMap<>();

    void count(String tenantId, long bytes) {
        storedBytes.merge(tenantId, bytes, Long::sum);
    }

    /** A blob counts once, however often it is referred to. */
    void refer(String tenantId, Map<String, Long> sizesByUri) {
        sizesByUri.forEach((uri, sizeBytes) -> {
            if (blobs.add(new BlobKey(tenantId, uri))) {
                count(tenantId, sizeBytes);
            }
        });
    }

    long bytes(String tenantId) {
        return storedBytes.getOrDefault(tenantId, 0L);
    }

    FindUnreferencedBlobsResponse findUnreferenced(FindUnreferencedBlobsRequest request) {
        Checks.atMost("uris", request.getUrisCount());
        return FindUnreferencedBlobsResponse.newBuilder()
                .addAllUris(request.getUrisList().stream()
                        .filter(uri -> !blobs.contains(new BlobKey(BlobUris.tenantOf(uri), uri)))
                        .toList())
                .build();
    }
}
