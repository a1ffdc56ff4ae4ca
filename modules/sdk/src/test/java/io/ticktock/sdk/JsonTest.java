package io.ticktock.sdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonTest {

    @Test
    void integersAreLongsAndOtherNumbersDoubles() {
        assertEquals(
                Arrays.asList(1L, -9_223_372_036_854_775_808L, 1.0, 1e300, 0.5, true, false, null, "ä\n"),
                Json.parse("[1, -9223372036854775808, 1.0, 1e300, 0.5, true, false, null, \"ä\\n\"]"));
    }

    @Test
    void anIntegerBeyondLongBecomesTheNearestDouble() {
        assertEquals(1.8446744073709552E19, Json.parse("18446744073709551615"));
    }

    @Test
    void keepsTheOrderOfKeys() {
        Object tree = Json.parse("{\"b\": 1, \"a\": {\"z\": [], \"y\": {}}}");
        assertEquals("{\"b\":1,\"a\":{\"z\":[],\"y\":{}}}", text(tree));
    }

    @Test
    void treesAreUnmodifiable() {
        Map<?, ?> tree = (Map<?, ?>) Json.parse("{\"list\": [1]}");
        assertThrows(UnsupportedOperationException.class, tree::clear);
        assertThrows(UnsupportedOperationException.class, ((List<?>) tree.get("list"))::clear);
    }

    @Test
    void whatIsNoJsonIsRefusedWithItsPlace() {
        assertRefused("", "nothing");
        assertRefused("{\"a\": }", "line 1, column");
        assertRefused("[1, 2", "line 1, column");
        assertRefused("1 2", "more behind the value");
        assertRefused("NaN", "line 1");
        assertRefused("1e999", "too large");
        assertRefused("{\"a\": 1,\n \"b\" 2}", "line 2");
    }

    @Test
    void whatIsNotUtf8IsRefused() {
        assertThrows(JsonException.class, () -> Json.parse(ByteString.copyFrom(new byte[] {'"', (byte) 0xff, '"'})));
    }

    @Test
    void nestingIsBoundedBothWays() {
        String deepest = "[".repeat(Json.MAX_DEPTH) + "]".repeat(Json.MAX_DEPTH);
        assertEquals(deepest, text(Json.parse(deepest)));
        assertRefused("[" + deepest + "]", "");
        List<Object> tooDeep = new ArrayList<>();
        tooDeep.add(Json.parse(deepest));
        assertThrows(JsonException.class, () -> Json.write(tooDeep));
        List<Object> endless = new ArrayList<>();
        endless.add(endless);
        assertThrows(JsonException.class, () -> Json.write(endless));
    }

    @Test
    void whatJsonDoesNotHaveIsRefused() {
        assertThrows(JsonException.class, () -> Json.write(Double.NaN));
        assertThrows(JsonException.class, () -> Json.write(List.of(Double.NEGATIVE_INFINITY)));
        assertThrows(JsonException.class, () -> Json.write(Map.of(1.5, "x")));
        JsonException refused = assertThrows(JsonException.class, () -> Json.write(Map.of("at", Instant.EPOCH)));
        assertTrue(refused.getMessage().contains("Instant"), refused.getMessage());
    }

    @Test
    void smallerNumberTypesAndPlainKeysAreTaken() {
        Map<Object, Object> tree = new LinkedHashMap<>();
        tree.put(1, (byte) 2);
        tree.put(true, 1.5f);
        assertEquals("{\"1\":2,\"true\":1.5}", text(tree));
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            Object tree = randomTree(random, 4);
            assertEquals(tree, Json.parse(Json.write(tree)), () -> "seed " + seed);
        }
    }

    @Test
    void nullIsAValue() {
        assertNull(Json.parse(Json.write(null)));
    }

    private static Object randomTree(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 5 : 7)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> random.nextLong();
            case 3 -> random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20);
            case 4 -> randomText(random);
            case 5 -> {
                List<Object> list = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(randomTree(random, depth - 1));
                }
                yield list;
            }
            default -> {
                Map<String, Object> map = new LinkedHashMap<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    map.put(randomText(random), randomTree(random, depth - 1));
                }
                yield map;
            }
        };
    }

    private static String randomText(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            text.appendCodePoint(random.nextBoolean() ? random.nextInt(0x80) : 0x1F300 + random.nextInt(100));
        }
        return text.toString();
    }

    private static void assertRefused(String text, String part) {
        JsonException refused = assertThrows(JsonException.class, () -> Json.parse(text));
        assertTrue(refused.getMessage().contains(part), refused.getMessage());
    }

    private static String text(Object tree) {
        return Json.write(tree).toStringUtf8();
    }
}
