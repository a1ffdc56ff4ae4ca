package io.ticktock.launcher.configuration;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Headers that go with what is sent to a collector, written as OpenTelemetry's variable OTEL_EXPORTER_OTLP_HEADERS has them:
 * {@code name=value,name=value}, with values in percent-encoding. They may be secret: no message shows a value.
 */
final class OtlpHeaders {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}");
    private static final Pattern VISIBLE = Pattern.compile("[\\x20-\\x7e]{0,8192}");
    private static final int MOST = 32;

    private OtlpHeaders() {}

    /** Throws IllegalArgumentException that begins with the key. */
    static Map<String, String> parse(String text) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (text.isBlank()) {
            return headers;
        }
        String[] pairs = text.split(",", -1);
        if (pairs.length > MOST) {
            throw fault("at most " + MOST + " headers, not " + pairs.length);
        }
        for (int i = 0; i < pairs.length; i++) {
            int position = i + 1;
            int equals = pairs[i].indexOf('=');
            String name = equals < 0 ? "" : pairs[i].substring(0, equals).strip();
            if (!NAME.matcher(name).matches()) {
                throw fault("name=value,name=value; the " + position + ". has no name of a header before a '='");
            }
            String value = decoded(pairs[i].substring(equals + 1).strip())
                    .orElseThrow(() -> fault("values in percent-encoding; that of " + name + " is not"));
            headers.put(name, value);
        }
        return headers;
    }

    /** A plus sign stands for itself. */
    private static Optional<String> decoded(String value) {
        try {
            return Optional.of(URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8))
                    .filter(text -> VISIBLE.matcher(text).matches());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static IllegalArgumentException fault(String expected) {
        return new IllegalArgumentException("telemetry.otlp_headers must be " + expected);
    }
}
