package io.ticktock.launcher.configuration;

import io.ticktock.graph.expression.SecretReference;
import io.ticktock.graph.expression.SimilarNames;
import io.ticktock.graph.settings.Durations;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Every setting with its value and where that comes from, later layers over earlier ones. The shipped file holds every
 * key, so a key that it lacks is a mistake.
 */
public final class Settings {

    static final String VARIABLE_PREFIX = "TICKTOCK_";
    /** Names the configuration file itself. */
    static final String FILE_VARIABLE = VARIABLE_PREFIX + "CONFIG";
    /** What is no setting: where commands find their settings, or a server to work with. */
    private static final Set<String> NO_SETTINGS = Set.of(
            FILE_VARIABLE, VARIABLE_PREFIX + "SERVER", VARIABLE_PREFIX + "KEY", VARIABLE_PREFIX + "SERVER_CERTIFICATE");

    /** Variables that are common to many programs, and what they set here. */
    private static final Map<String, String> COMMON = Map.of(
            "OTEL_EXPORTER_OTLP_ENDPOINT", "telemetry.otlp_endpoint",
            "OTEL_EXPORTER_OTLP_HEADERS", "telemetry.otlp_headers");

    private static final String SHIPPED = "/conf/ticktock.yaml";

    /** What comes behind it is the name of a secret and no setting. */
    private static final String SECRET_PREFIX = VARIABLE_PREFIX + "SECRET_";

    private final Map<String, Setting> settings;
    private final Map<String, String> secrets;

    private Settings(Map<String, Setting> settings) {
        this(settings, Map.of());
    }

    private Settings(Map<String, Setting> settings, Map<String, String> secrets) {
        this.settings = settings;
        this.secrets = secrets;
    }

    /** The defaults, from the file that ships. */
    public static Settings shipped() {
        try (InputStream file = Settings.class.getResourceAsStream(SHIPPED)) {
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            return new Settings(SettingsFile.parse("the shipped configuration", text));
        } catch (IOException e) {
            throw new UncheckedIOException("the shipped configuration cannot be read", e);
        }
    }

    /** With what variables that are common to many programs say on top. */
    public Settings withCommon(Map<String, String> environment) {
        Settings merged = this;
        for (Map.Entry<String, String> common : COMMON.entrySet()) {
            String value = environment.getOrDefault(common.getKey(), "");
            if (!value.isEmpty()) {
                merged = merged.with(common.getValue(), new Setting(value, "the variable " + common.getKey()));
            }
        }
        return merged;
    }

    /** With what this file says on top. */
    public Settings with(Path file) {
        Settings merged = this;
        for (Map.Entry<String, Setting> entry : SettingsFile.read(file).entrySet()) {
            merged.requireKnown(entry.getKey(), entry.getValue().origin());
            merged = merged.with(entry.getKey(), entry.getValue());
        }
        return merged;
    }

    /** With what the variables that begin with TICKTOCK_ say on top. */
    public Settings with(Map<String, String> environment) {
        Map<String, String> keyOfVariable =
                settings.keySet().stream().collect(Collectors.toMap(Settings::variable, key -> key));
        Settings merged = new Settings(settings, secrets(environment));
        for (Map.Entry<String, String> entry : environment.entrySet()) {
            String name = entry.getKey();
            if (!name.startsWith(VARIABLE_PREFIX) || name.startsWith(SECRET_PREFIX) || NO_SETTINGS.contains(name)) {
                continue;
            }
            String key = keyOfVariable.get(name);
            if (key == null) {
                throw new ConfigurationFault("the variable " + name + " names no setting"
                        + meant(SimilarNames.closest(name, keyOfVariable.keySet())
                                .orElse(null)));
            }
            merged = merged.with(key, new Setting(entry.getValue(), "the variable " + name));
        }
        return merged;
    }

    private static Map<String, String> secrets(Map<String, String> environment) {
        Map<String, String> secrets = new LinkedHashMap<>();
        environment.forEach((variable, value) -> {
            if (variable.startsWith(SECRET_PREFIX)) {
                secrets.put(secretName(variable), value);
            }
        });
        return Map.copyOf(secrets);
    }

    private static String secretName(String variable) {
        String name = variable.substring(SECRET_PREFIX.length());
        if (!SecretReference.isName(name)) {
            throw new ConfigurationFault(
                    "the variable " + variable
                            + " names no secret: after TICKTOCK_SECRET_ come 1 to 64 capital letters, digits and _, a letter first");
        }
        return name;
    }

    /** Of the tenant 'default', by name, as the environment gives them. */
    Map<String, String> secrets() {
        return secrets;
    }

    /** With this value, which a flag gave, on top. */
    public Settings with(String key, String value, String flag) {
        requireKnown(key, flag);
        return with(key, new Setting(value, flag));
    }

    private Settings with(String key, Setting setting) {
        Map<String, Setting> merged = new LinkedHashMap<>(settings);
        merged.put(key, setting);
        return new Settings(merged, secrets);
    }

    private void requireKnown(String key, String origin) {
        if (!settings.containsKey(key) && !NamedSections.holds(key)) {
            throw new ConfigurationFault(origin + ": unknown key " + key
                    + meant(SimilarNames.closest(key, settings.keySet()).orElse(null)));
        }
    }

    private static String meant(String word) {
        return word == null ? "" : "; did you mean " + word + '?';
    }

    static String variable(String key) {
        return VARIABLE_PREFIX + key.replace('.', '_').toUpperCase(Locale.ROOT);
    }

    /** In the order of the shipped file. */
    List<String> keys() {
        return List.copyOf(settings.keySet());
    }

    String text(String key) {
        return setting(key).text().strip();
    }

    List<String> list(String key) {
        return SettingsList.split(text(key));
    }

    int integer(String key) {
        long value = whole(key);
        if (value != (int) value) {
            throw new ConfigurationFault(wrong(key, "at most " + Integer.MAX_VALUE));
        }
        return (int) value;
    }

    long whole(String key) {
        try {
            return Long.parseLong(text(key).replace("_", ""));
        } catch (NumberFormatException e) {
            throw new ConfigurationFault(wrong(key, "a whole number, such as 8"), e);
        }
    }

    double number(String key) {
        try {
            return Double.parseDouble(text(key));
        } catch (NumberFormatException e) {
            throw new ConfigurationFault(wrong(key, "a number, such as 0.1"), e);
        }
    }

    boolean flag(String key) {
        return switch (text(key)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new ConfigurationFault(wrong(key, "true or false"));
        };
    }

    Duration duration(String key) {
        return Durations.parse(text(key))
                .orElseThrow(() ->
                        new ConfigurationFault(wrong(key, "a number with ms, s, m, h or d behind it, such as 500ms")));
    }

    List<Duration> durations(String key) {
        return list(key).stream()
                .map(text -> Durations.parse(text)
                        .orElseThrow(() -> new ConfigurationFault(
                                wrong(key, "numbers with ms, s, m, h or d behind them, such as 5s, 5m"))))
                .toList();
    }

    <E extends Enum<E>> E choice(String key, Class<E> type) {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equalsIgnoreCase(text(key))) {
                return constant;
            }
        }
        String names = Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        throw new ConfigurationFault(wrong(key, "one of " + names));
    }

    /** Names of the sections below this key, in order. */
    List<String> names(String group) {
        String prefix = group + '.';
        return settings.keySet().stream()
                .filter(key -> key.startsWith(prefix))
                .map(key -> key.substring(prefix.length()).split("\\.", 2)[0])
                .distinct()
                .sorted()
                .toList();
    }

    /** What stands below this key, by what stands behind it. */
    Map<String, String> texts(String key) {
        Map<String, String> texts = new LinkedHashMap<>();
        settings.forEach((full, setting) -> {
            if (full.startsWith(key + '.')) {
                texts.put(full.substring(key.length() + 1), setting.text().strip());
            }
        });
        return texts;
    }

    boolean has(String key) {
        return settings.containsKey(key);
    }

    String origin(String key) {
        return setting(key).origin();
    }

    private String wrong(String key, String right) {
        return origin(key) + ": " + key + " must be " + right + ", not '" + text(key) + "'";
    }

    private Setting setting(String key) {
        Setting setting = settings.get(key);
        if (setting == null) {
            throw new IllegalStateException("the shipped configuration lacks " + key);
        }
        return setting;
    }
}
