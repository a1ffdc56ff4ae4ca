package io.ticktock.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlacesTest {

    private static Places places(Set<String> tenants, int most) {
        return new Places(new ServerConfiguration(
                "test",
                new ServerAddress.Endpoint(URI.create("http://127.0.0.1:1/mcp"), Map.of()),
                tenants,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                1 << 20,
                most));
    }

    private static int taken(Places places, String tenantId) {
        int taken = 0;
        while (places.take(tenantId)) {
            taken++;
        }
        return taken;
    }

    @Test
    void oneTenantOfSeveralLeavesAQuarter() {
        Places places = places(Set.of(ServerConfiguration.ALL), 8);
        assertEquals(6, taken(places, "greedy"));
        assertEquals(2, taken(places, "other"));
        places.giveBack("greedy");
        assertFalse(places.areFree());
        assertTrue(places.take("third"));
        assertFalse(places.take("greedy"));
    }

    @Test
    void whoIsAloneTakesAll() {
        Places places = places(Set.of("only"), 2);
        assertEquals(2, taken(places, "only"));
        places.giveBack("only");
        places.giveBack("only");
        assertTrue(places.areFree());
        assertEquals(1, taken(places(Set.of("one", "two"), 1), "one"));
    }
}
