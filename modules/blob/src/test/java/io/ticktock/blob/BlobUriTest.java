package io.ticktock.blob;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlobUriTest {

    private static final String HASH = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @Test
    void namesTenantAndContent() {
        byte[] hash = Sha256.start().digest("abc".getBytes(java.nio.charset.StandardCharsets.US_ASCII));

        BlobUri uri = BlobUri.of(TenantName.of("A/c"), hash);

        assertEquals("blob:%41%2fc/" + HASH, uri.toString());
        assertEquals(uri, BlobUri.parse(uri.toString()));
    }

    @Test
    void isOrderedByTenantThenContent() {
        BlobUri first = new BlobUri(TenantName.of("a"), "f".repeat(64));
        BlobUri second = new BlobUri(TenantName.of("a-b"), "0".repeat(64));

        assertTrue(first.compareTo(second) < 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "blob:",
                "blob:acme",
                "blob:acme/",
                "blob:acme/" + HASH + "0",
                "blob:acme/" + HASH + "\n",
                "blob:acme/BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
                "blob:/" + HASH,
                "blob:../" + HASH,
                "blob:acme/../" + HASH,
                "blob:acme/x/" + HASH,
                "blob:acme\\" + HASH,
                "blob:acme/../../../../../../../../../../../../../../../../../../etc/passwd",
                "blob:ACME/" + HASH,
                "BLOB:acme/" + HASH,
                "file:///etc/passwd",
                " blob:acme/" + HASH
            })
    void refusesEveryOtherForm(String uri) {
        Failure failure = assertThrows(Failure.class, () -> BlobUri.parse(uri));

        assertEquals(FailureCode.INVALID_ARGUMENT, failure.code());
    }
}
