package io.ticktock.launcher.configuration;

import io.ticktock.graph.expression.SecretReference;
import io.ticktock.llm.LlmConfiguration;
import io.ticktock.llm.ProviderConfiguration;
import io.ticktock.llm.ProviderKind;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the configuration key {@code llm}: providers by the names that they are given there. */
final class LlmSection {

    /** Of each provider. */
    static final Set<String> KEYS = Set.of(
            "kind",
            "base_url",
            "api_key",
            "model",
            "tenants",
            "requests_per_minute",
            "tokens_per_minute",
            "max_in_flight",
            "max_queued");

    private static final String GROUP = "llm.providers";
    private static final String DEFAULT = "default";
    private static final int MAX_IN_FLIGHT = 256;
    private static final int MAX_QUEUED = 1_024;

    private final Settings settings;
    private final String name;

    private LlmSection(Settings settings, String name) {
        this.settings = settings;
        this.name = name;
    }

    static LlmConfiguration of(Settings settings) {
        Map<String, ProviderConfiguration> providers = new LinkedHashMap<>();
        for (String name : settings.names(GROUP)) {
            LlmSection section = new LlmSection(settings, name);
            if (section.isThere()) {
                providers.put(name, section.provider());
            }
        }
        String prices = settings.text("llm.prices");
        return new LlmConfiguration(
                providers,
                prices.isEmpty() ? Optional.empty() : Optional.of(Path.of(prices)),
                settings.duration("llm.stall_timeout"),
                settings.integer("llm.max_answer_bytes"),
                settings.integer("llm.max_file_bytes"),
                settings.integer("llm.max_connections"));
    }

    /** The shipped file has the keys of the default provider, so that variables can set them, and no values. */
    private boolean isThere() {
        return !name.equals(DEFAULT)
                || text("base_url").isPresent()
                || text("api_key").isPresent();
    }

    private ProviderConfiguration provider() {
        if (!settings.has(key("kind"))) {
            throw new IllegalArgumentException(
                    GROUP + "." + name + " must have a kind: openai, anthropic, gemini or ollama");
        }
        ProviderKind kind = settings.choice(key("kind"), ProviderKind.class);
        return new ProviderConfiguration(
                name,
                kind,
                url(text("base_url").orElse(kind.baseUrl())),
                text("api_key").map(this::secret),
                text("model"),
                settings.has(key("tenants")) ? Set.copyOf(settings.list(key("tenants"))) : Set.of("default"),
                settings.has(key("requests_per_minute")) ? settings.whole(key("requests_per_minute")) : 0,
                settings.has(key("tokens_per_minute")) ? settings.whole(key("tokens_per_minute")) : 0,
                settings.has(key("max_in_flight")) ? settings.integer(key("max_in_flight")) : MAX_IN_FLIGHT,
                settings.has(key("max_queued")) ? settings.integer(key("max_queued")) : MAX_QUEUED);
    }

    private URI url(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    key("base_url") + " must be a URL such as https://models.example.com/v1", e);
        }
    }

    private String secret(String reference) {
        return SecretReference.name(reference)
                .orElseThrow(() -> new IllegalArgumentException(
                        key("api_key") + " must be a reference to a secret: " + SecretReference.FORM));
    }

    private Optional<String> text(String field) {
        return settings.has(key(field))
                ? Optional.of(settings.text(key(field))).filter(text -> !text.isEmpty())
                : Optional.empty();
    }

    private String key(String field) {
        return GROUP + "." + name + "." + field;
    }
}
