package io.ticktock.launcher;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.ticktock.bus.trace.TraceIds;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.event.KeyValuePair;

/**
 * Writes an entry as one JSON object on a line. What is beside the message, such as the lifetime, gets fields of its own; the
 * encoder that comes with the log nests it.
 */
final class JsonLogEncoder extends EncoderBase<ILoggingEvent> {

    private static final String OURS = "io.ticktock.";
    private static final String LIFETIME = "lifetime_id";
    private static final String TRACE = "trace_id";
    private static final int UUID_CHARS = 36;

    private final ThrowableProxyConverter stacks = new ThrowableProxyConverter();

    @Override
    public void start() {
        stacks.setOptionList(List.of("full"));
        stacks.start();
        super.start();
    }

    @Override
    public byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] footerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("time", event.getInstant().toString());
        json.put("level", event.getLevel().toString());
        json.put("module", module(event.getLoggerName()));
        json.put("logger", event.getLoggerName());
        json.put("thread", event.getThreadName());
        json.put("message", event.getFormattedMessage());
        List<KeyValuePair> beside = event.getKeyValuePairs();
        if (beside != null) {
            beside.forEach(pair -> json.put(pair.key, String.valueOf(pair.value)));
        }
        addTrace(json);
        if (event.getThrowableProxy() != null) {
            json.put("error", stacks.convert(event));
        }
        return (Json.text(json) + '\n').getBytes(StandardCharsets.UTF_8);
    }

    /** Of the lifetime, or else of the request that is being answered. */
    private static void addTrace(ObjectNode json) {
        String lifetimeId = json.path(LIFETIME).asText();
        SpanContext current = Span.current().getSpanContext();
        if (lifetimeId.length() == UUID_CHARS) {
            json.put(TRACE, TraceIds.trace(lifetimeId));
        } else if (current.isValid()) {
            json.put(TRACE, current.getTraceId());
        }
    }

    /** Empty for what is not of a module. */
    private static String module(String logger) {
        return logger.startsWith(OURS) ? logger.substring(OURS.length()).split("\\.", 2)[0] : "";
    }
}
