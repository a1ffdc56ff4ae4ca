package io.ticktock.bus.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.tenant.Places.Place;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacesTest {

    /** Each letter is a tenant that asks for a place; in capitals where it gets one. */
    @ParameterizedTest
    @CsvSource({
        "1, Aab",
        "2, AAab",
        "4, AAAaBbc",
        "8, AAAAAAaaBBbc",
        "8, ABABABAbCcabd",
        "100, ABCDEFGH",
    })
    void nobodyTakesAllOfThem(int most, String asking) {
        Places places = new Places(most);
        StringBuilder seen = new StringBuilder();
        for (String asked : asking.split("")) {
            String tenantId = asked.toLowerCase(Locale.ROOT);
            seen.append(places.take(tenantId).isPresent() ? tenantId.toUpperCase(Locale.ROOT) : tenantId);
        }
        assertEquals(asking, seen.toString());
    }

    @Test
    void aPlaceIsLeftOnce() {
        Places places = new Places(2);
        Place first = places.take("a").orElseThrow();
        Place second = places.take("b").orElseThrow();
        first.leave();
        first.leave();
        assertEquals(1, places.taken());
        assertTrue(places.take("a").isPresent());
        second.leave();
        assertEquals(1, places.taken());
    }
}
