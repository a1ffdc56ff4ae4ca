package io.ticktock.bus.trace;

import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The context of a trace as the header {@code traceparent} of W3C. */
public final class TraceParent {

    public static final String HEADER = "traceparent";

    private static final TextMapGetter<String> GETTER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String header) {
            return List.of(HEADER);
        }

        @Override
        public String get(String header, String key) {
            return key.equals(HEADER) ? header : null;
        }
    };

    private TraceParent() {}

    /** Empty where the context has no span. */
    public static String write(Context context) {
        Map<String, String> headers = new HashMap<>();
        W3CTraceContextPropagator.getInstance().inject(context, headers, Map::put);
        return headers.getOrDefault(HEADER, "");
    }

    /** Without a span when there is no header, or none that can be read. */
    public static Context read(String header) {
        return header == null || header.isEmpty()
                ? Context.root()
                : W3CTraceContextPropagator.getInstance().extract(Context.root(), header, GETTER);
    }
}
