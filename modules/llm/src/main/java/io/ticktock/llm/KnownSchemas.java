package io.ticktock.llm;

import io.ticktock.graph.settings.BoundedSchema;
import java.util.LinkedHashMap;
import java.util.Map;

/** Schemas as they check values, kept for the next attempts. */
final class KnownSchemas {

    private static final int MOST = 256;

    private final Map<Object, BoundedSchema> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, BoundedSchema> eldest) {
            return size() > MOST;
        }
    };

    /** Throws {@link LlmFault} when it is no schema. */
    BoundedSchema of(String what, Object schema) {
        synchronized (known) {
            BoundedSchema found = known.get(schema);
            if (found != null) {
                return found;
            }
        }
        BoundedSchema made;
        try {
            made = BoundedSchema.of(schema);
        } catch (IllegalArgumentException e) {
            throw new LlmFault("llm_invalid_request", what + " is not a valid JSON Schema: " + e.getMessage(), false);
        }
        synchronized (known) {
            known.put(schema, made);
        }
        return made;
    }
}
