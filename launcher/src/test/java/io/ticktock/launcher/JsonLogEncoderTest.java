package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.ticktock.bus.trace.Tracing;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class JsonLogEncoderTest {

    private static final String LIFETIME = "0197a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5b";
    private static final String TRACE = "0197a1b2c3d47e5f8a6b0c1d2e3f4a5b";

    /** What is written of the one entry that is logged. */
    private static JsonNode logged(Consumer<Logger> log) {
        LoggerContext context = new LoggerContext();
        Logger logger = context.getLogger("io.ticktock.control.GraphOrchestrator");
        ListAppender<ILoggingEvent> entries = new ListAppender<>();
        entries.setContext(context);
        entries.start();
        logger.addAppender(entries);
        log.accept(logger);
        JsonLogEncoder encoder = new JsonLogEncoder();
        encoder.setContext(context);
        encoder.start();
        String line = new String(encoder.encode(entries.list.get(0)), StandardCharsets.UTF_8);
        assertEquals(line.length() - 1, line.indexOf('\n'), line);
        return Json.parse(line.getBytes(StandardCharsets.UTF_8)).orElseThrow(() -> new AssertionError(line));
    }

    @Test
    void whatStandsBesideTheMessageHasFieldsOfItsOwn() {
        JsonNode entry = logged(log -> log.atWarn()
                .addKeyValue("tenant_id", "acme")
                .addKeyValue("lifetime_id", LIFETIME)
                .addKeyValue("exec_id", "e")
                .log("two\nlines of \"{}\"", LIFETIME));
        assertEquals("WARN", entry.get("level").asText());
        assertEquals("control", entry.get("module").asText());
        assertEquals(
                "io.ticktock.control.GraphOrchestrator", entry.get("logger").asText());
        assertEquals("two\nlines of \"" + LIFETIME + "\"", entry.get("message").asText());
        assertEquals("acme", entry.get("tenant_id").asText());
        assertEquals(LIFETIME, entry.get("lifetime_id").asText());
        assertEquals("e", entry.get("exec_id").asText());
        assertEquals(TRACE, entry.get("trace_id").asText());
        assertTrue(entry.get("time").asText().endsWith("Z"));
        assertFalse(entry.has("error"));
    }

    @Test
    void aStackStaysOnTheLine() {
        JsonNode entry = logged(log -> log.error("failed", new IllegalStateException("broken")));
        assertTrue(entry.get("error").asText().contains("IllegalStateException: broken\n\tat "));
        assertFalse(entry.has("trace_id"));
    }

    @Test
    void whatIsLoggedForARequestIsFoundUnderItsTrace() {
        JsonNode within = Tracing.within(Tracing.lifetime(LIFETIME), () -> logged(log -> log.warn("within")));
        assertEquals(TRACE, within.get("trace_id").asText());
    }
}
