package io.ticktock.llm;

import io.ticktock.graph.settings.HumanForm;
import java.util.LinkedHashMap;
import java.util.Map;

/** Schemas as they check values, kept for the next attempts. */
final class Forms {

    private static final int MOST = 256;

    private final Map<Object, HumanForm> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, HumanForm> eldest) {
            return size() > MOST;
        }
    };

    /** Throws {@link LlmFault} when it is no schema. */
    HumanForm of(String what, Object schema) {
        synchronized (known) {
            HumanForm form = known.get(schema);
            if (form != null) {
                return form;
            }
        }
        HumanForm made;
        try {
            made = HumanForm.of(schema);
        } catch (IllegalArgumentException e) {
            throw new LlmFault("llm_invalid_request", what + " is not a valid JSON Schema: " + e.getMessage(), false);
        }
        synchronized (known) {
            known.put(schema, made);
        }
        return made;
    }
}
