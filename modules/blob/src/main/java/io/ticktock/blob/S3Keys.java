package io.ticktock.blob;

import java.util.Optional;
import java.util.UUID;

/**
 * The keys of an {@link S3BlobStore} in its bucket, all under one prefix.
 *
 * <pre>
 * blobs/&lt;tenant&gt;!/&lt;sha256&gt;            whole and never changed; its time is that of the last commit
 * uploads/&lt;uuid&gt;                      received in parts, not named after its content yet
 * removals/&lt;tenant&gt;!/&lt;sha256&gt;/&lt;uuid&gt;  says that a process is removing this blob
 * probes/&lt;uuid&gt;                       written at a start, to see whether that is allowed
 * </pre>
 *
 * The exclamation mark comes before everything that a tenant's name has in it, so that S3 lists blobs in the order of
 * their uris.
 */
record S3Keys(String prefix) {

    private static final String TENANT_END = "!/";

    String blobs() {
        return prefix + "blobs/";
    }

    String blob(BlobUri uri) {
        return blobs() + path(uri);
    }

    /** The blob that has this key; nothing for a key that is none of ours. */
    Optional<BlobUri> parse(String key) {
        int tenantEnd = key.indexOf(TENANT_END, blobs().length());
        if (!key.startsWith(blobs()) || tenantEnd < 0) {
            return Optional.empty();
        }
        String tenant = key.substring(blobs().length(), tenantEnd);
        String hash = key.substring(tenantEnd + TENANT_END.length());
        return TenantName.isName(tenant) && BlobUri.isHash(hash)
                ? Optional.of(new BlobUri(new TenantName(tenant), hash))
                : Optional.empty();
    }

    String uploads() {
        return prefix + "uploads/";
    }

    String newUpload() {
        return uploads() + UUID.randomUUID();
    }

    String removals() {
        return prefix + "removals/";
    }

    String removalsOf(BlobUri uri) {
        return removals() + path(uri) + "/";
    }

    String newRemoval(BlobUri uri) {
        return removalsOf(uri) + UUID.randomUUID();
    }

    String probes() {
        return prefix + "probes/";
    }

    String newProbe() {
        return probes() + UUID.randomUUID();
    }

    private static String path(BlobUri uri) {
        return uri.tenant() + TENANT_END + uri.sha256();
    }
}
