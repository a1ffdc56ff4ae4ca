package io.ticktock.sdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.Payload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ValueTest {

    private static final Payload REFERENCE = Payload.newBuilder()
            .setBlob(BlobReference.newBuilder().setUri("blob:t/1").setSizeBytes(3))
            .build();

    @Test
    void anInlineValueIsPassedOnAsItCame() {
        Payload payload = Payload.newBuilder()
                .setInline(ByteString.copyFromUtf8("{ not json"))
                .build();
        assertSame(payload, Value.of(payload).payload());
        assertEquals(10, Value.of(payload).sizeBytes());
        assertThrows(JsonException.class, Value.of(payload)::tree);
    }

    @Test
    void aReferenceStaysOne() {
        Value value = Value.of(REFERENCE, () -> ByteString.copyFromUtf8("[1]"), InputStream::nullInputStream);
        assertSame(REFERENCE, value.payload());
        assertEquals(List.of(1L), value.tree());
        assertEquals(3, value.sizeBytes());
    }

    @Test
    void oneThatIsTooLargeCanOnlyBeStreamed() throws IOException {
        Value value = Value.of(
                REFERENCE,
                () -> {
                    throw new HandlerFailure("input_too_large", "too large", false);
                },
                () -> ByteString.copyFromUtf8("[1]").newInput());
        HandlerFailure refused = assertThrows(HandlerFailure.class, value::tree);
        assertEquals("input_too_large", refused.code());
        assertSame(REFERENCE, Value.of(REFERENCE, value::bytes, value::open).payload());
        try (InputStream stream = value.open()) {
            assertEquals("[1]", new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void textIsAStringAndOtherMediaTypesCannotBeLookedAt() {
        ByteString bytes = ByteString.copyFromUtf8("hé");
        assertEquals("hé", Value.of("text/plain; charset=utf-8", bytes).tree());
        HandlerFailure refused = assertThrows(HandlerFailure.class, Value.of("image/png", bytes)::tree);
        assertEquals("unreadable_value", refused.code());
    }

    @Test
    void jsonByAnyOfItsNamesIsParsed() {
        ByteString bytes = ByteString.copyFromUtf8("{\"a\":1}");
        for (String type : List.of("", "application/json", "application/json; charset=utf-8", "application/ld+json")) {
            assertEquals(Map.of("a", 1L), Value.of(type, bytes).tree(), type);
        }
    }

    @Test
    void aListIsTheJsonListOfItsElements() {
        Value list = Value.list(List.of(
                Value.json(Map.of("a", 1)), Value.of("text/plain", ByteString.copyFromUtf8("x\"y")), Value.NULL));
        assertEquals("[{\"a\":1},\"x\\\"y\",null]", list.bytes().toStringUtf8());
        assertEquals(Arrays.asList(Map.of("a", 1L), "x\"y", null), list.tree());
        assertEquals("[]", Value.list(List.of()).bytes().toStringUtf8());
        assertEquals(list.bytes(), list.payload().getInline());
    }

    @Test
    void nullIsAValue() {
        assertNull(Value.NULL.tree());
        assertEquals("null", Value.NULL.bytes().toStringUtf8());
    }
}
