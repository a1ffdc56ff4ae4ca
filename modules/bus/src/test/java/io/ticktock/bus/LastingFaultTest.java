package io.ticktock.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class LastingFaultTest {

    private final Failure passing = new Failure(FailureCode.UNAVAILABLE, "nobody answers");
    private final Failure defect = new Failure(FailureCode.INTERNAL, "it is broken");

    private final List<String> told = new ArrayList<>();
    private long nanos;
    private final LastingFault fault = new LastingFault(log(), "work was not taken", () -> nanos);

    /** Takes down the level of all that is logged. */
    private Logger log() {
        return (Logger) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                    told.add(method.getName());
                    return null;
                });
    }

    @Test
    void whatPassesIsToldQuietly() {
        for (int i = 0; i < 100; i++) {
            failFor(Duration.ofSeconds(9), passing);
            fault.over();
        }
        assertEquals(0, warnings());
    }

    @Test
    void whatLastsIsToldLoudlyOnceAMinute() {
        failFor(Duration.ofSeconds(10), passing);
        assertEquals(0, warnings());
        failFor(Duration.ofSeconds(50), passing);
        assertEquals(1, warnings());
        failFor(Duration.ofSeconds(60), passing);
        assertEquals(2, warnings());
        assertEquals(120, told.size());
    }

    @Test
    void whatWillNotPassIsToldLoudlyAtOnce() {
        fault.failed(defect);
        assertEquals(List.of("warn"), told);
        fault.over();
        fault.failed(defect);
        assertEquals(List.of("warn", "debug"), told);
    }

    private void failFor(Duration time, Failure failure) {
        for (int i = 0; i < time.toSeconds(); i++) {
            fault.failed(failure);
            nanos += Duration.ofSeconds(1).toNanos();
        }
    }

    private long warnings() {
        return told.stream().filter("warn"::equals).count();
    }
}
