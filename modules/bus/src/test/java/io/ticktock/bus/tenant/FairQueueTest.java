package io.ticktock.bus.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Items are called after their tenants: a1 is the first of tenant a. */
class FairQueueTest {

    private final FairQueue<String> queue = new FairQueue<>();

    @ParameterizedTest
    @CsvSource({
        "'', ''",
        "a1 a2 a3, a1 a2 a3",
        "a1 a2 a3 b1, a1 b1 a2 a3",
        "a1 a2 b1 b2 c1, a1 b1 c1 a2 b2",
        "a1 a1 a2, a1 a2",
        "a1 a2 -a1 b1, a2 b1",
        "a1 a2 -a1 -a2 b1 a3, b1 a3",
        // a1 is taken, so that b is next whatever comes for a.
        "a1 b1 ! a2 a3, a1 b1 a2 a3",
        "a1 ! a2 b1, a1 a2 b1",
        "a1 a2 a3 ! b1, a1 a2 b1 a3",
    })
    void tenantsTakeTurns(String steps, String expected) {
        List<String> taken = new ArrayList<>();
        for (String step : words(steps)) {
            if (step.equals("!")) {
                taken.add(queue.poll());
            } else if (step.startsWith("-")) {
                assertTrue(queue.remove(tenant(step.substring(1)), step.substring(1)));
            } else {
                queue.add(tenant(step), step);
            }
        }
        while (!queue.isEmpty()) {
            taken.add(queue.peek());
            assertEquals(queue.peek(), queue.poll());
        }
        assertEquals(words(expected), taken);
        assertEquals(0, queue.size());
        assertNull(queue.poll());
        assertNull(queue.peek());
    }

    @ParameterizedTest
    @CsvSource({
        "a1 a2 b1 c1, a, a1 a2, b1 c1",
        "a1 a2 b1 c1, b, b1, a1 c1 a2",
        "a1 b1 c1 c2, bc, b1 c1 c2, a1",
        "a1 b1, '', '', a1 b1",
    })
    void whoMayNotGoKeepsTheTurn(String items, String may, String first, String then) {
        words(items).forEach(item -> queue.add(tenant(item), item));
        List<String> taken = new ArrayList<>();
        for (String item = queue.poll(may::contains); item != null; item = queue.poll(may::contains)) {
            taken.add(item);
        }
        assertEquals(words(first), taken);
        List<String> rest = new ArrayList<>();
        for (String item = queue.poll(); item != null; item = queue.poll()) {
            rest.add(item);
        }
        assertEquals(words(then), rest);
    }

    @Test
    void itKnowsItsSizes() {
        List.of("a1", "a2", "b1").forEach(item -> queue.add(tenant(item), item));
        assertEquals(3, queue.size());
        assertEquals(2, queue.size("a"));
        assertEquals(0, queue.size("c"));
        assertFalse(queue.add("a", "a2"));
        assertFalse(queue.remove("b", "b2"));
        assertFalse(queue.remove("c", "c1"));
        assertEquals(3, queue.size());
        assertEquals(Set.of("a1", "a2", "b1"), Set.copyOf(queue.drain()));
        assertTrue(queue.isEmpty());
        assertEquals(0, queue.size("a"));
    }

    private static List<String> words(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(" "));
    }

    private static String tenant(String item) {
        return item.substring(0, 1);
    }
}
