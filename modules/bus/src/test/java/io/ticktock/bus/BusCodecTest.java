package io.ticktock.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.Payload;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What arrives in another process is what was sent, and within one process it is the same object. */
class BusCodecTest {

    private static final Payload PAYLOAD = Payload.newBuilder()
            .setMediaType("text/plain")
            .setInline(ByteString.copyFromUtf8("content"))
            .build();

    @Test
    void messages() {
        BusCodec<Payload> codec = BusCodec.of(Payload.class);

        assertEquals(PAYLOAD, overTheWire(codec, PAYLOAD));
        assertSame(PAYLOAD, codec.transform(PAYLOAD));
    }

    @Test
    void requests() {
        Requests sent = new Requests("test.echo", List.of(Letter.of(PAYLOAD), Letter.of(Payload.getDefaultInstance())));

        Requests arrived = overTheWire(BusCodec.ofRequests(), sent);

        assertEquals("test.echo", arrived.address());
        assertEquals(2, arrived.letters().size());
        assertEquals(PAYLOAD, arrived.letters().get(0).open(Payload.class));
        assertEquals(Payload.getDefaultInstance(), arrived.letters().get(1).open(Payload.class));
    }

    @Test
    void answers() {
        Failure failure = new Failure(FailureCode.OVERLOADED, "try again later");
        Answers sent = new Answers(
                List.of(new Answers.Answer(1, Letter.of(PAYLOAD), null), new Answers.Answer(0, null, failure)), true);

        Answers arrived = overTheWire(BusCodec.ofAnswers(), sent);

        assertTrue(arrived.more());
        assertEquals(1, arrived.answers().get(0).index());
        assertEquals(PAYLOAD, arrived.answers().get(0).reply().open(Payload.class));
        assertEquals(0, arrived.answers().get(1).index());
        assertEquals(FailureCode.OVERLOADED, arrived.answers().get(1).failure().code());
        assertEquals("try again later", arrived.answers().get(1).failure().getMessage());
    }

    @Test
    void aLetterOfAnotherClassIsRefused() {
        Letter letter = Letter.sealed(ByteString.copyFrom(new byte[] {(byte) 0xff}));

        Failure failure = assertThrows(Failure.class, () -> letter.open(Payload.class));

        assertEquals(FailureCode.INVALID_ARGUMENT, failure.code());
    }

    private static <T> T overTheWire(BusCodec<T> codec, T value) {
        Buffer buffer = Buffer.buffer("before");
        codec.encodeToWire(buffer, value);
        return codec.decodeFromWire("before".length(), buffer);
    }
}
