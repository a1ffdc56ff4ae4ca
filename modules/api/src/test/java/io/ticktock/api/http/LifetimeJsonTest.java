package io.ticktock.api.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.Payload;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LifetimeJsonTest {

    @Test
    void jsonIsShownAsItIsAndNothingAsNull() {
        assertEquals("{\"a\":[1,2.50]}", shown("{\"a\":[1,2.50]}"));
        assertEquals("null", shown(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1,\"a\":2}", "{not json", "1 2", "\"\\q\""})
    void whatIsNotReadHereAsJsonIsShownByItsBytesAndNotAsNull(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertEquals(
                "{\"media_type\":\"application/json\",\"size_bytes\":" + bytes.length + ",\"base64\":\""
                        + Base64.getEncoder().encodeToString(bytes) + "\"}",
                shown(text));
    }

    private static String shown(String inline) {
        Payload payload =
                Payload.newBuilder().setInline(ByteString.copyFromUtf8(inline)).build();
        return LifetimeJson.payload(payload).toString();
    }
}
