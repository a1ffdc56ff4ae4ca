package io.ticktock.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ticktock.blob.BlobUri;
import io.ticktock.blob.TenantName;
import io.ticktock.state.BlobUris;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** State and blob store read the same tenant out of a uri; otherwise blobs in use would pass for garbage. */
class BlobUrisTest {

    @ParameterizedTest
    @ValueSource(strings = {"acme", "Acme", "a+b c", "a/b", "a%2fb", "..", "\u00e9", "\ud83d\ude00", "a\u0000b"})
    void theTenantIsTheOneThatTheBlobStoreWroteInto(String tenantId) {
        BlobUri uri = new BlobUri(TenantName.of(tenantId), "0".repeat(64));

        assertEquals(tenantId, BlobUris.tenantOf(uri.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "blob:", "blob:/0", "blob:acme", "file:acme/0", "blob:%zz/0", "blob:A/0"})
    void anotherFormHasNoTenant(String uri) {
        assertEquals("", BlobUris.tenantOf(uri));
    }
}
