package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What ten times as many starts as the system can do make of it, and of another tenant. A second each by default, to show
 * that it refuses and stays whole; {@code -Doverload.seconds=60} for figures, each line of which begins with "overload:".
 */
class OverloadIT {

    private static final String GRAPH = """
            graph: echo
            version: 1.0.0
            start: say
            tasks:
              say: {type: transform, output: {text: "${input.text}"}}
            edges:
              - say -> END [FINAL]
            """;
    private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("overload.seconds", 1));
    private static final int FULL = 64;
    private static final int TIMES = 10;
    private static final int FLOOD_CONNECTIONS = Integer.getInteger("overload.connections", TIMES * FULL);
    private static final int QUOTA = Integer.getInteger("overload.quota", 200);
    private static final int OTHERS_PER_SECOND = 20;
    private static final long MOST_GROWTH_BYTES = 96L << 20;

    @TempDir
    private static Path folder;

    private static ServedApi api;
    private static Vertx vertx;
    private static String flood;
    private static String other;

    @BeforeAll
    static void start() throws Exception {
        api = ServedApi.start(folder);
        vertx = Vertx.vertx();
        flood = tenant("flood", "{}");
        other = tenant("other", "{}");
        Client.await(starts(other, FULL).closedLoop(TIME));
    }

    @AfterAll
    static void stop() {
        Client.await(vertx.close());
        api.close();
    }

    /** Nobody has said how much a tenant may: one takes what there is. */
    @Test
    void tenTimesTooMuchIsRefused() {
        StartLoad.Seen idle = idle();
        StartLoad.Seen full = Client.await(starts(flood, FULL).closedLoop(TIME));
        tell("full load of " + FULL + " connections", full);

        requireRefused(flood, idle, full);
    }

    /** What a tenant may is less than what there is: others hardly notice that it wants more. */
    @Test
    void tenTimesAQuotaIsRefused() throws Exception {
        String bounded =
                tenant("bounded", "{\"starts_per_second\": " + QUOTA + ", \"start_burst\": " + QUOTA / 20 + "}");
        StartLoad.Seen idle = idle();
        StartLoad.Seen full = Client.await(starts(bounded, FULL).paced(QUOTA, TIME));
        tell("a quota of " + QUOTA + " starts/s, all used", full);

        requireRefused(bounded, idle, full);
    }

    private static StartLoad.Seen idle() {
        StartLoad.Seen idle = Client.await(starts(other, FULL).paced(OTHERS_PER_SECOND, TIME));
        tell("another tenant, idle", idle);
        return idle;
    }

    private static void requireRefused(String key, StartLoad.Seen idle, StartLoad.Seen full) {
        long before = usedBytes();
        int offered = Math.toIntExact(TIMES * full.perSecond(TIME));
        var flooding = starts(key, FLOOD_CONNECTIONS).paced(offered, TIME);
        var amid = starts(other, FULL).paced(OTHERS_PER_SECOND, TIME);
        StartLoad.Seen flooded = Client.await(flooding);
        StartLoad.Seen others = Client.await(amid);
        long after = usedBytes();
        tell("flood of " + offered + " starts/s over " + FLOOD_CONNECTIONS + " connections", flooded);
        tell("another tenant, amid the flood", others);
        say("heap after collection: %d MiB before, %d MiB after", before >> 20, after >> 20);
        say(
                "admitted p99 %.1f times that of full load; another tenant's p99 %.1f times that of idle",
                flooded.percentileMs(99) / full.percentileMs(99), others.percentileMs(99) / idle.percentileMs(99));

        assertTrue(flooded.refused() > 0, "nothing was refused");
        assertTrue(flooded.admitted() > 0, "nothing was admitted");
        assertEquals(0, flooded.wrong() + full.wrong() + others.wrong() + idle.wrong(), "answers of another kind");
        // Where nothing is done any more for want of a processor, even a few a second are too many at once.
        assertTrue(others.admitted() > 0, "the other tenant was not admitted");
        assertTrue(after - before < MOST_GROWTH_BYTES, "the heap has grown");
    }

    private static StartLoad starts(String key, int connections) {
        return new StartLoad(
                vertx,
                api.request(key, "/v1/lifetimes").build().uri(),
                key,
                Buffer.buffer("{\"graph\": \"echo\", \"input\": {\"text\": \"hello\"}}"),
                connections);
    }

    private static String tenant(String id, String quotas) throws Exception {
        String key = api.tenant(id, quotas);
        assertEquals(201, api.post(key, "/v1/graphs", GRAPH).statusCode());
        return key;
    }

    private static long usedBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static void tell(String what, StartLoad.Seen seen) {
        say(
                "%s: %d admitted (%d/s), p50 %.1f ms, p99 %.1f ms; %d refused (p99 %.1f ms), %d not sent for want of a"
                        + " connection",
                what,
                seen.admitted(),
                seen.perSecond(TIME),
                seen.percentileMs(50),
                seen.percentileMs(99),
                seen.refused(),
                seen.refusedPercentileMs(99),
                seen.unsent());
    }

    private static void say(String format, Object... values) {
        System.out.println("overload: " + String.format(Locale.ROOT, format, values));
    }
}
