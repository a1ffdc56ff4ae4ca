package io.ticktock.sdk.worker;

import com.google.protobuf.ByteString;
import io.ticktock.sdk.HandlerFailure;
import io.ticktock.sdk.Json;
import io.ticktock.sdk.Settings;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The settings of an assignment, parsed when the handler first looks at them. */
final class ReceivedSettings implements Settings {

    private final ByteString json;
    private volatile Map<String, Object> tree;

    ReceivedSettings(ByteString json) {
        this.json = json;
    }

    @Override
    public Map<String, Object> tree() {
        if (tree == null) {
            tree = json.isEmpty() ? Map.of() : parse();
        }
        return tree;
    }

    private Map<String, Object> parse() {
        if (Json.parse(json) instanceof Map<?, ?> object) {
            Map<String, Object> settings = new LinkedHashMap<>();
            object.forEach((name, value) -> settings.put((String) name, value));
            return Collections.unmodifiableMap(settings);
        }
        throw new HandlerFailure("invalid_settings", "the server gave settings that are no JSON object", false);
    }
}
