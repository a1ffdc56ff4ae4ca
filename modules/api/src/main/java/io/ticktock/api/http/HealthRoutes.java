package io.ticktock.api.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.proto.v1.CheckResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Whether the process lives and can do its work. Who watches over it has no key, and is told nothing of a tenant. */
public final class HealthRoutes {

    private final Supplier<Future<Map<String, CheckResponse>>> readiness;
    private final BooleanSupplier stuck;

    /**
     * @param readiness what each part that has to work says of itself, by its word
     * @param stuck whether a part of the process does nothing more, so that it is to be started anew
     */
    public HealthRoutes(Supplier<Future<Map<String, CheckResponse>>> readiness, BooleanSupplier stuck) {
        this.readiness = readiness;
        this.stuck = stuck;
    }

    /** All that a port for this alone answers. */
    public Router router(Vertx vertx, Supplier<String> exposition) {
        Router router = Router.router(vertx);
        addTo(router);
        MetricsRoute metrics = new MetricsRoute(exposition);
        router.get(MetricsRoute.PATH)
                .handler(context ->
                        metrics.text().onComplete(answer -> AnswerWriter.write(context, answer), context::fail));
        for (int status : new int[] {400, 404, 405, 500}) {
            router.errorHandler(status, context -> AnswerWriter.write(context, Problem.ofStatus(status)));
        }
        return router;
    }

    void addTo(Router router) {
        router.get("/health/live")
                .handler(context -> AnswerWriter.write(
                        context,
                        stuck.getAsBoolean()
                                ? HttpAnswer.notReady(JsonText.object().put("status", "stuck"))
                                : HttpAnswer.ok(JsonText.object().put("status", "alive"))));
        router.get("/health/ready")
                .handler(context -> readiness
                        .get()
                        .map(HealthRoutes::answer)
                        .onComplete(answer -> AnswerWriter.write(context, answer), context::fail));
    }

    private static HttpAnswer answer(Map<String, CheckResponse> said) {
        boolean isReady = said.values().stream().allMatch(CheckResponse::getReady);
        ObjectNode json = JsonText.object().put("status", isReady ? "ready" : "not_ready");
        ObjectNode components = json.putObject("components");
        said.forEach((module, response) ->
                components.putObject(module).put("ready", response.getReady()).put("reason", response.getReason()));
        return isReady ? HttpAnswer.ok(json) : HttpAnswer.notReady(json);
    }
}
