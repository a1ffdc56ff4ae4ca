package io.ticktock.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.Payload;
import org.junit.jupiter.api.Test;

class RecentlyWrittenTest {

    private static final Payload SMALL = payload(10);

    private long nowNanos;

    private RecentlyWritten<Integer, Payload> ofBytes(long mostBytes) {
        return new RecentlyWritten<>(mostBytes, () -> nowNanos);
    }

    private static Payload payload(int bytes) {
        return Payload.newBuilder()
                .setInline(ByteString.copyFrom(new byte[bytes]))
                .build();
    }

    @Test
    void theOldestGoesWhereThereIsNoRoom() {
        RecentlyWritten<Integer, Payload> recent = ofBytes(20_000);
        recent.put(1, payload(6_000));
        recent.put(2, payload(6_000));
        recent.put(3, payload(6_000));

        assertNull(recent.get(1));
        assertEquals(payload(6_000), recent.get(2));
        assertEquals(payload(6_000), recent.get(3));
    }

    @Test
    void whatIsOldGoesWithTheNextWrite() {
        RecentlyWritten<Integer, Payload> recent = ofBytes(1_000_000);
        recent.put(1, SMALL);
        nowNanos += RecentlyWritten.KEPT.toNanos();
        recent.put(2, SMALL);
        assertEquals(SMALL, recent.get(1), "not yet");

        nowNanos++;
        recent.put(3, SMALL);

        assertNull(recent.get(1));
        assertEquals(SMALL, recent.get(2));
    }

    @Test
    void whatIsTooLargeIsNotKept() {
        RecentlyWritten<Integer, Payload> recent = ofBytes(10_000);
        recent.put(1, SMALL);
        recent.put(2, payload(10_000));

        assertNull(recent.get(2));
        recent.put(3, SMALL);
        assertEquals(SMALL, recent.get(3));
    }

    @Test
    void theFirstOfAKeyIsKept() {
        RecentlyWritten<Integer, Payload> recent = ofBytes(10_000);
        recent.put(1, SMALL);
        recent.put(1, payload(11));
        assertEquals(SMALL, recent.get(1));
    }
}
