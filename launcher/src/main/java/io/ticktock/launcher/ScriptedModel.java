package io.ticktock.launcher;

import io.ticktock.llm.LlmConfiguration;
import io.ticktock.llm.ProviderConfiguration;
import io.ticktock.llm.ProviderKind;
import io.ticktock.testkit.model.ModelRequest;
import io.ticktock.testkit.model.Reply;
import io.ticktock.testkit.model.RuleScript;
import io.ticktock.testkit.model.Script;
import io.ticktock.testkit.model.ScriptedModelServer;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Stands in where no language model is configured, so that the graphs that ship run as they stand. */
final class ScriptedModel {

    /** Nobody is to take its answers for those of a model. */
    static final String NOTICE =
            "no language model is configured, so that a scripted one answers, which is none and never"
                    + " thinks; llm.providers.default.base_url and llm.providers.default.model name a real one";

    static final String SETTING = "launcher.scripted_model=true";

    private static final String PROVIDER = "default";
    private static final String EVERYBODY = "*";
    private static final int MAX_IN_FLIGHT = 256;
    private static final int MAX_QUEUED = 1_024;

    private final ScriptedModelServer server;

    private ScriptedModel(ScriptedModelServer server) {
        this.server = server;
    }

    /** Serves at a loopback address until this Vert.x is closed. */
    static ScriptedModel start(Vertx vertx) {
        Script shipped = RuleScript.shipped();
        return new ScriptedModel(Client.await(ScriptedModelServer.start(vertx, 0, request -> reply(shipped, request))));
    }

    /** Who names a model wants that one, and is not to pay its price for a script. */
    private static Reply reply(Script shipped, ModelRequest request) {
        return request.model().equals(ScriptedModelServer.MODEL)
                ? shipped.reply(request)
                : Reply.refuses(
                        404,
                        "model_not_found",
                        "only a scripted model answers here; configure a provider of " + request.model());
    }

    String url() {
        return server.url();
    }

    /** With it as the only provider. */
    LlmConfiguration in(LlmConfiguration configuration) {
        ProviderConfiguration provider = new ProviderConfiguration(
                PROVIDER,
                ProviderKind.OPENAI,
                URI.create(url()),
                Optional.empty(),
                Optional.of(ScriptedModelServer.MODEL),
                Set.of(EVERYBODY),
                0,
                0,
                MAX_IN_FLIGHT,
                MAX_QUEUED);
        return new LlmConfiguration(
                Map.of(PROVIDER, provider),
                configuration.prices(),
                configuration.stall(),
                configuration.maxAnswerBytes(),
                configuration.maxFileBytes(),
                configuration.maxConnections());
    }
}
