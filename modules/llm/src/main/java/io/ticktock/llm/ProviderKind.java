package io.ticktock.llm;

/** Which protocol a provider speaks. */
public enum ProviderKind {
    /** Chat completions, as very many servers have them. */
    OPENAI("https://api.openai.com/v1"),
    ANTHROPIC("https://api.anthropic.com/v1"),
    GEMINI("https://generativelanguage.googleapis.com/v1beta"),
    OLLAMA("http://127.0.0.1:11434");

    private final String baseUrl;

    ProviderKind(String baseUrl) {
        this.baseUrl = baseUrl;
    }

    /**
     * Whether the provider itself fetches an image that is named by an address. For the others the library would, from inside
     * our network.
     */
    boolean fetchesImages() {
        return switch (this) {
            case OPENAI, ANTHROPIC -> true;
            case GEMINI, OLLAMA -> false;
        };
    }

    /** Where its inventor serves it. */
    public String baseUrl() {
        return baseUrl;
    }
}
