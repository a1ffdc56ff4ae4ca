package io.ticktock.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.Payload;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputMeaningTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"a": 1, "b": {"c": 2, "d": 3}} | {"b":{"d":3,"c":2},"a":1}  | true
            [{"a": 1, "b": null}, "x"]      | [{"b":null,"a":1},"x"]     | true
            {"a": "\\u00e4"}                | {"a": "ä"}                 | true
            {"a": [1, 2]}                   | {"a": [2, 1]}              | false
            {"a": 1}                        | {"a": 1, "b": null}        | false
            {"a": 1}                        | {"a": 2}                   | false
            {"a": 1}                        | {"a": 1.0}                 | false
            {"a": 1}                        | {"a": "1"}                 | false
            {"a": 1                         | {"a": 1                    | false
            """)
    void theOrderOfMembersSaysNothing(String one, String other, boolean same) {
        assertEquals(same, InputMeaning.isSame(json(one), json(other)));
        assertEquals(same, InputMeaning.isSame(json(other), json(one)));
    }

    @Test
    void onlyJsonInPlaceIsLookedInto() {
        Payload json = json("{}");
        Payload text = json.toBuilder().setMediaType("text/plain").build();
        Payload blob =
                Payload.newBuilder().setBlob(BlobReference.getDefaultInstance()).build();
        assertEquals(
                true,
                InputMeaning.isSame(json, json.toBuilder().clearMediaType().build()));
        assertEquals(false, InputMeaning.isSame(json, text));
        assertEquals(false, InputMeaning.isSame(text, text));
        assertEquals(false, InputMeaning.isSame(blob, blob));
        assertEquals(false, InputMeaning.isSame(json, Payload.getDefaultInstance()));
    }

    private static Payload json(String text) {
        return Payload.newBuilder()
                .setMediaType("application/json")
                .setInline(ByteString.copyFromUtf8(text))
                .build();
    }
}
