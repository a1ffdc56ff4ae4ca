package io.ticktock.llm;

import java.net.URI;
import java.util.Optional;
import java.util.Set;

/**
 * One provider of models, under the name that graphs call it by.
 *
 * @param baseUrl http or https, without what the protocol adds
 * @param apiKey name of the secret that has it; empty where none is asked for
 * @param model for nodes that name none
 * @param tenants who may use it; "*" for everybody
 * @param requestsPerMinute of each tenant, 0 for no such bound
 * @param tokensPerMinute of each tenant, 0 for no such bound
 * @param maxInFlight calls of each tenant at once, 1 to 100,000
 * @param maxQueued calls of each tenant that wait for their turn, 0 to 100,000; more are refused
 */
public record ProviderConfiguration(
        String name,
        ProviderKind kind,
        URI baseUrl,
        Optional<String> apiKey,
        Optional<String> model,
        Set<String> tenants,
        long requestsPerMinute,
        long tokensPerMinute,
        int maxInFlight,
        int maxQueued) {

    private static final String EVERYBODY = "*";
    private static final long MOST_PER_MINUTE = 1_000_000_000_000L;

    public ProviderConfiguration {
        String key = "llm.providers." + name;
        boolean isHttp = "https".equals(baseUrl.getScheme()) || "http".equals(baseUrl.getScheme());
        if (!isHttp || baseUrl.getHost() == null || baseUrl.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    key + ".base_url must be a URL such as https://models.example.com/v1, without a user");
        }
        if (tenants.isEmpty()) {
            throw new IllegalArgumentException(key + ".tenants must name at least one tenant, or \"*\"");
        }
        tenants = Set.copyOf(tenants);
        check(key + ".requests_per_minute", requestsPerMinute, 0, MOST_PER_MINUTE);
        check(key + ".tokens_per_minute", tokensPerMinute, 0, MOST_PER_MINUTE);
        check(key + ".max_in_flight", maxInFlight, 1, 100_000);
        check(key + ".max_queued", maxQueued, 0, 100_000);
    }

    boolean serves(String tenantId) {
        return tenants.contains(EVERYBODY) || tenants.contains(tenantId);
    }

    static void check(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + " must be " + least + " to " + most + ", not " + value);
        }
    }
}
