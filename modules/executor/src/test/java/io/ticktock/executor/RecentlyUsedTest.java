package io.ticktock.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class RecentlyUsedTest {

    @Test
    void whatWasJustPutIsThere() {
        RecentlyUsed<Integer, Integer, String> cache = new RecentlyUsed<>(100, String::length, key -> key / 10);
        for (int i = 0; i < 10_000; i++) {
            cache.put(i, "ten chars.");
            assertEquals("ten chars.", cache.get(i));
            assertEquals("ten chars.", cache.get(Math.max(i - 2, 0)), "and the few before it too");
        }
    }

    @Test
    void itsWeightIsBounded() {
        RecentlyUsed<Integer, Integer, String> cache = new RecentlyUsed<>(100, String::length, key -> key / 10);
        for (int i = 0; i < 1_000; i++) {
            cache.put(i, "ten chars.");
        }
        int there = 0;
        for (int i = 999; i >= 0 && cache.get(i) != null; i--) {
            there++;
        }
        assertEquals(true, there >= 5 && there <= 12, "there are " + there);
    }

    @Test
    void whatIsUsedStays() {
        RecentlyUsed<Integer, Integer, String> cache = new RecentlyUsed<>(100, String::length, key -> key / 10);
        cache.put(-1, "used");
        for (int i = 0; i < 1_000; i++) {
            cache.put(i, "ten chars.");
            assertEquals("used", cache.get(-1));
        }
    }

    @Test
    void whatIsRemovedMakesRoom() {
        RecentlyUsed<Integer, Integer, String> cache = new RecentlyUsed<>(100, String::length, key -> key / 10);
        cache.put(-11, "old");
        for (int i = 0; i < 5; i++) {
            cache.put(i, "ten chars.");
        }
        cache.put(-12, "young");

        for (int i = 10; i < 1_000; i++) {
            cache.put(i, "ten chars.");
            cache.put(i, "ten again.");
            cache.remove(i / 10);
            assertNull(cache.get(i));
        }

        assertEquals("old", cache.get(-11));
        assertEquals("young", cache.get(-12));
        cache.remove(-1);
        assertNull(cache.get(-11), "that was old");
        assertNull(cache.get(-12), "that was young");
    }

    @Test
    void whatIsTooLargeIsNotKept() {
        RecentlyUsed<Integer, Integer, String> cache = new RecentlyUsed<>(100, String::length, key -> key / 10);
        cache.put(1, "small");
        cache.put(2, "x".repeat(51));
        assertNull(cache.get(2));
        assertEquals("small", cache.get(1));
    }
}
