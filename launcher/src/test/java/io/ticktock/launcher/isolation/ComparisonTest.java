package io.ticktock.launcher.isolation;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    private static final Holdings OWNER = owner();
    private static final Holdings NOBODY = OWNER.likeness(new Random(7));
    private static final String LIFETIME = OWNER.get(Naming.LIFETIME);
    private static final String NOBODYS_LIFETIME = NOBODY.get(Naming.LIFETIME);
    private static final String OTHER_ID = "01a22320-e2a2-7811-8944-000000000000";

    private static Holdings owner() {
        Map<Naming, String> values = new EnumMap<>(Naming.class);
        values.put(Naming.TENANT, "owner-1");
        values.put(Naming.API_KEY, "0123456789abcdef");
        values.put(Naming.BLOB, "ab".repeat(32));
        values.put(Naming.GRAPH, "ledger");
        values.put(Naming.VERSION, "1.2.3");
        values.put(Naming.LABELLED, "red");
        values.put(Naming.LIFETIME, "01a22320-e71c-7250-82f0-95ff26276d4e");
        return new Holdings(values);
    }

    @Test
    void whatIsTheSameByteByByteIsTheSame() {
        assertFalse(differ(answer("404", "gone"), answer("404", "gone")));
        assertTrue(differ(answer("404", "gone"), answer("404", "gone ")));
        assertTrue(differ(answer("404", "gone"), answer("403", "gone")));
    }

    @Test
    void headersCountButForTheTimeOfDay() {
        Answer plain = answer("404", "gone");
        assertFalse(differ(plain, with(plain, "date", "today")));
        assertTrue(differ(plain, with(plain, "etag", "\"7\"")));
        assertTrue(differ(with(plain, "etag", "\"8\""), with(plain, "etag", "\"7\"")));
    }

    @Test
    void onlyWhatWasSentMayComeBack() {
        Answer foreign = answer("400", "no " + LIFETIME);
        Answer unknown = answer("400", "no " + NOBODYS_LIFETIME);
        assertFalse(new Comparison(Set.of(Naming.LIFETIME), false)
                .difference(foreign, OWNER, unknown, NOBODY)
                .isPresent());
        assertTrue(new Comparison(Set.of(Naming.TENANT), false)
                .difference(foreign, OWNER, unknown, NOBODY)
                .isPresent());
    }

    @Test
    void whatIsMadeIsMadeAtSomeTimeUnderSomeId() {
        Answer one = answer("201", "{\"id\":\"" + OTHER_ID + "\",\"at\":\"2026-03-01T12:00:00.25Z\",\"latency_ms\":3}");
        Answer other = answer("201", "{\"id\":\"" + LIFETIME + "\",\"at\":\"2026-03-01T12:00:01Z\",\"latency_ms\":12}");
        assertTrue(differ(one, other));
        Comparison ofMade = new Comparison(Set.of(Naming.GRAPH), true);
        assertFalse(ofMade.difference(one, OWNER, other, NOBODY).isPresent());
        Answer more = answer("201", other.body() + " and more");
        assertTrue(ofMade.difference(one, OWNER, more, NOBODY).isPresent());
    }

    @Test
    void aLikenessHasTheSameFormAndOrder() {
        assertTrue(NOBODYS_LIFETIME.startsWith(LIFETIME.substring(0, 15)));
        assertFalse(NOBODYS_LIFETIME.equals(LIFETIME));
        assertTrue(NOBODY.get(Naming.BLOB).matches("[0-9a-f]{64}"));
        assertTrue(NOBODY.get(Naming.GRAPH).matches("[a-z]{6}"));
        assertTrue(NOBODY.get(Naming.BLOB_URI).startsWith("blob:" + NOBODY.get(Naming.TENANT) + "/"));
    }

    private static boolean differ(Answer one, Answer other) {
        return new Comparison(Set.of(), false)
                .difference(one, OWNER, other, NOBODY)
                .isPresent();
    }

    private static Answer answer(String status, String body) {
        return new Answer(status, new TreeMap<>(Map.of("content-type", "text/plain")), body);
    }

    private static Answer with(Answer answer, String header, String value) {
        SortedMap<String, String> headers = new TreeMap<>(answer.headers());
        headers.put(header, value);
        return new Answer(answer.status(), headers, answer.body());
    }
}
