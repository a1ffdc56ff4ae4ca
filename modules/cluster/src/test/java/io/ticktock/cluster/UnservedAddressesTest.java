package io.ticktock.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Completable;
import io.vertx.core.Promise;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnservedAddressesTest {

    private static final String ADDRESS = "an.address";
    private static final List<RegistrationInfo> SOMEBODY = List.of(new RegistrationInfo("node", 1, false));

    private long nanos;
    private final UnservedAddresses unserved = new UnservedAddresses(() -> nanos);
    private final List<Completable<List<RegistrationInfo>>> asked = new ArrayList<>();
    private final List<String> heard = new ArrayList<>();
    private final RegistrationListener listener = unserved.watching(new RegistrationListener() {
        @Override
        public void registrationsUpdated(RegistrationUpdateEvent event) {
            heard.add(event.address());
        }

        @Override
        public boolean wantsUpdatesFor(String address) {
            return address.equals("wanted");
        }
    });

    @Test
    void thatThereIsNobodyIsAskedOnceASecond() {
        Promise<List<RegistrationInfo>> first = look();
        asked.get(0).succeed(List.of());
        assertEquals(List.of(), first.future().result());
        nanos += UnservedAddresses.REMEMBERED.toNanos() - 1;
        assertEquals(List.of(), look().future().result());
        assertEquals(1, asked.size());

        nanos++;
        look();

        assertEquals(2, asked.size());
    }

    @Test
    void whoServesIsAskedForEachTime() {
        look();
        asked.get(0).succeed(SOMEBODY);
        Promise<List<RegistrationInfo>> second = look();
        asked.get(1).succeed(SOMEBODY);

        assertEquals(SOMEBODY, second.future().result());
        assertFalse(listener.wantsUpdatesFor(ADDRESS));
    }

    @Test
    void whoBeginsIsFoundAtOnce() {
        look();
        asked.get(0).succeed(List.of());
        assertTrue(listener.wantsUpdatesFor(ADDRESS));
        listener.registrationsUpdated(new RegistrationUpdateEvent(ADDRESS, SOMEBODY));

        look();

        assertEquals(2, asked.size());
        assertEquals(List.of(), heard, "nobody else wanted to know");
    }

    @Test
    void whoBeginsWhileItIsAskedIsFoundNextTime() {
        look();
        listener.registrationsUpdated(new RegistrationUpdateEvent(ADDRESS, SOMEBODY));
        asked.get(0).succeed(List.of());

        look();

        assertEquals(2, asked.size());
    }

    @Test
    void aQuestionThatFailedIsAskedAgain() {
        Promise<List<RegistrationInfo>> first = look();
        asked.get(0).fail("away");
        look();

        assertEquals("away", first.future().cause().getMessage());
        assertEquals(2, asked.size());
    }

    @Test
    void whatTheBusWantsToKnowIsPassedOn() {
        listener.registrationsUpdated(new RegistrationUpdateEvent("wanted", SOMEBODY));

        assertEquals(List.of("wanted"), heard);
    }

    @Test
    void whatIsOldIsForgotten() {
        look();
        asked.get(0).succeed(List.of());
        nanos += UnservedAddresses.REMEMBERED.toNanos();
        unserved.clean();

        assertFalse(listener.wantsUpdatesFor(ADDRESS));
    }

    private Promise<List<RegistrationInfo>> look() {
        Promise<List<RegistrationInfo>> told = Promise.promise();
        unserved.look(ADDRESS, told, (address, answer) -> asked.add(answer));
        return told;
    }
}
