package io.ticktock.llm;

import io.ticktock.sdk.Attempt;
import io.ticktock.sdk.HandlerFailure;
import io.ticktock.sdk.PlanType;
import io.ticktock.sdk.TaskType;
import io.ticktock.sdk.Value;
import io.ticktock.sdk.running.Secrets;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import java.io.Closeable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What this process has of language models: their providers, and the types of nodes that ask them. */
public final class Llm implements Closeable {

    private static final String DEFAULT_PROVIDER = "default";
    private static final int CONNECT_TIMEOUT_MS = 10_000;
    private static final int IDLE_CONNECTION_SECONDS = 30;

    private final Vertx vertx;
    private final HttpClient client;
    private final Function<Set<String>, Secrets> secretsOf;
    private final LlmConfiguration configuration;
    private final Map<String, Provider> providers = new LinkedHashMap<>();
    private final KnownSchemas schemas = new KnownSchemas();

    /**
     * Throws IllegalArgumentException when the table of prices cannot be read.
     *
     * @param secretsOf gives the secrets of these names; may block, and throw what an attempt fails with
     */
    public Llm(Vertx vertx, LlmConfiguration configuration, Function<Set<String>, Secrets> secretsOf) {
        this.vertx = vertx;
        this.secretsOf = secretsOf;
        this.configuration = configuration;
        this.client = vertx.createHttpClient(
                new HttpClientOptions()
                        .setConnectTimeout(CONNECT_TIMEOUT_MS)
                        .setKeepAliveTimeout(IDLE_CONNECTION_SECONDS),
                new PoolOptions().setHttp1MaxSize(configuration.maxConnections()));
        AnswerMemory memory = AnswerMemory.ofHeap();
        PriceTable prices = configuration.prices().map(PriceTable::read).orElseGet(PriceTable::shipped);
        configuration
                .providers()
                .forEach((name, provider) ->
                        providers.put(name, new Provider(vertx, client, provider, configuration, prices, memory)));
    }

    public List<TaskType> tasks() {
        return List.of(new LlmTask(this));
    }

    public List<PlanType> plans() {
        return List.of(new LlmPlan(this));
    }

    /** Closes its connections, once they are not needed any more. */
    @Override
    public void close() {
        client.close();
    }

    Vertx vertx() {
        return vertx;
    }

    KnownSchemas schemas() {
        return schemas;
    }

    /** @param passed to the node */
    Attachments attachments(Provider provider, Value passed) {
        return new Attachments(
                passed, configuration.maxFileBytes(), provider.configuration().kind());
    }

    /** The provider that a node names. Throws {@link LlmFault}; a foreign one and one that is not there look the same. */
    Provider provider(Attempt attempt, Object named) {
        String name = named == null ? DEFAULT_PROVIDER : String.valueOf(named);
        Provider provider = providers.get(name);
        if (provider == null || !provider.configuration().serves(attempt.tenantId())) {
            throw AskReader.invalid("there is no provider " + name + " for this tenant; llm.providers configures them");
        }
        return provider;
    }

    /** The provider's key, if it has one; looked up each time anew, so that a changed one counts at once. */
    Future<Secrets> secrets(Attempt attempt, Provider provider) {
        Optional<String> name = provider.configuration().apiKey();
        if (name.isEmpty()) {
            return Future.succeededFuture(Secrets.NONE);
        }
        return Future.fromCompletionStage(attempt.onWorker(() -> key(name.get())), vertx.getOrCreateContext());
    }

    /** What cannot stand in a header is refused here: the error of whoever tries would show it. */
    private Secrets key(String name) {
        Secrets found = secretsOf.apply(Set.of(name));
        if (found.value(name).chars().anyMatch(character -> character < ' ' || character > '~')) {
            throw new HandlerFailure(
                    "llm_invalid_key",
                    "the secret " + name + " is no key: it has a line break or other characters that no header takes",
                    false);
        }
        return found;
    }
}
