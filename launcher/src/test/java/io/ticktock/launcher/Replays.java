package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ticktock.bus.Addresses;
import io.ticktock.launcher.TimeSpanOptions.TimeSpan;
import io.ticktock.proto.v1.ListTenantsRequest;
import io.ticktock.proto.v1.ReplayLifetimeResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How an end-to-end test ends: whatever it has recorded is decided anew, and comes out the same. */
final class Replays {

    private Replays() {}

    static void requireAllAgree(Path folder) throws IOException, InterruptedException {
        JarProcess.Result replayed = JarProcess.run(folder, "", "replay", "--all", "-o", "json");
        assertEquals(0, replayed.exitCode(), replayed::toString);
        JsonNode tally = RunIT.json(replayed);
        assertTrue(tally.get("lifetimes").asInt() > 0, replayed::toString);
        assertEquals(tally.get("lifetimes"), tally.get("agree"), replayed::toString);
    }

    /** Of all tenants. */
    static void requireAllAgree(LocalSystem system) {
        ListTenantsRequest all =
                ListTenantsRequest.newBuilder().setPageSize(200).build();
        long replayed = system.client().ask(Addresses.STATE_LIST_TENANTS, all).getTenantsList().stream()
                .mapToLong(tenant -> requireAgree(system.clientOf(tenant.getTenantId())))
                .sum();
        assertTrue(replayed > 0);
    }

    /** Of the client's tenant. */
    static void requireAllAgree(Client client) {
        assertTrue(requireAgree(client) > 0);
    }

    /** How many were replayed. */
    private static int requireAgree(Client client) {
        List<String> lifetimes = new ArrayList<>();
        new StartedWithin(client, "", new TimeSpan(Optional.empty(), Optional.empty()))
                .forEach(lifetime -> lifetimes.add(lifetime.getLifetimeId()));
        for (String id : lifetimes) {
            ReplayLifetimeResponse replayed = client.replay(LifetimeId.parse(id));
            assertFalse(replayed.hasDivergence(), () -> id + ": " + replayed.getDivergence());
        }
        return lifetimes.size();
    }
}
