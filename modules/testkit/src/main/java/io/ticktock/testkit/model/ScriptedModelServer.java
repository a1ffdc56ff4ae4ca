package io.ticktock.testkit.model;

import io.ticktock.sdk.Json;
import io.ticktock.sdk.JsonException;
import io.ticktock.testkit.model.ModelLedger.Entry;
import io.ticktock.testkit.model.ModelLedger.Outcome;
import io.ticktock.testkit.model.Reply.Answer;
import io.ticktock.testkit.model.Reply.Ending;
import io.ticktock.testkit.model.Reply.Garbage;
import io.ticktock.testkit.model.Reply.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A server of the protocol of chat completions, at a loopback address, whose model says what a script tells it to. Its
 * ledger is at {@code /ledger}, too.
 */
public final class ScriptedModelServer {

    /** The name of the model that the table of prices knows; a script answers to any other name, too. */
    public static final String MODEL = "scripted";

    private static final String HOST = "127.0.0.1";
    private static final int MOST_BODY_BYTES = 32 << 20;
    private static final String INVALID = "invalid_request_error";
    private static final String JSON_TYPE = "application/json";

    private final Vertx vertx;
    private final Script script;
    private final HttpServer server;
    private final ModelLedger ledger = new ModelLedger();

    private ScriptedModelServer(Vertx vertx, Script script) {
        this.vertx = vertx;
        this.script = script;
        this.server = vertx.createHttpServer(new HttpServerOptions().setHost(HOST));
    }

    /** @param port 0 for any that is free */
    public static Future<ScriptedModelServer> start(Vertx vertx, int port, Script script) {
        ScriptedModelServer started = new ScriptedModelServer(vertx, script);
        return started.server.requestHandler(started::handle).listen(port, HOST).map(started);
    }

    /**
     * Serves until the process is ended: {@code java -cp ticktock.jar io.ticktock.testkit.model.ScriptedModelServer [PORT [SCRIPT]]}.
     * The script is a file of rules; without one, it answers what fits.
     */
    public static void main(String[] arguments) {
        int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 0;
        Script script = arguments.length > 1 ? RuleScript.read(Path.of(arguments[1])) : RuleScript.shipped();
        Vertx vertx = Vertx.vertx();
        start(vertx, port, script)
                .onSuccess(started -> System.out.println("a scripted model, which is no real one, at " + started.url()))
                .onFailure(cause -> {
                    System.err.println("cannot listen at " + HOST + ":" + port + ": " + cause.getMessage());
                    vertx.close();
                });
    }

    /** What a provider's base URL is set to. */
    public String url() {
        return "http://" + HOST + ":" + server.actualPort() + "/v1";
    }

    public ModelLedger ledger() {
        return ledger;
    }

    public Future<Void> close() {
        return server.close();
    }

    private void handle(HttpServerRequest request) {
        if (request.method().equals(HttpMethod.GET) && request.path().equals("/ledger")) {
            List<Map<String, Object>> entries =
                    ledger.entries().stream().map(Entry::tree).toList();
            send(request.response(), 200, Map.of("entries", entries));
            return;
        }
        if (request.method().equals(HttpMethod.GET) && request.path().equals("/v1/models")) {
            Map<String, Object> model = Map.of("id", MODEL, "object", "model", "created", 0L, "owned_by", "a script");
            send(request.response(), 200, Map.of("object", "list", "data", List.of(model)));
            return;
        }
        if (!request.method().equals(HttpMethod.POST) || !request.path().equals("/v1/chat/completions")) {
            refuse(request.response(), Reply.refuses(404, "unknown_url", "there is nothing at this URL"), null);
            return;
        }
        receive(request);
    }

    private void receive(HttpServerRequest request) {
        Buffer body = Buffer.buffer();
        request.handler(chunk -> {
            if (body.length() + chunk.length() > MOST_BODY_BYTES) {
                request.handler(null);
                refuse(request.response(), Reply.refuses(413, "request_too_large", "the request is too large"), null);
                return;
            }
            body.appendBuffer(chunk);
        });
        request.endHandler(end -> {
            if (!request.response().ended()) {
                answer(request, body);
            }
        });
    }

    private void answer(HttpServerRequest http, Buffer body) {
        ModelRequest request;
        try {
            request = ModelRequest.of(Json.parse(body.toString()));
        } catch (JsonException e) {
            refuse(http.response(), Reply.refuses(400, "invalid_json", e.getMessage()), null);
            return;
        } catch (ModelRequest.Faulty e) {
            refuse(http.response(), Reply.refuses(400, "invalid_value", e.getMessage()), e.parameter());
            return;
        }
        String key = Optional.ofNullable(http.getHeader("Idempotency-Key")).orElse("");
        OptionalInt number = ledger.open(request, key);
        if (number.isEmpty()) {
            String full = "the ledger is full; start the scripted model anew";
            refuse(http.response(), Reply.refuses(503, "ledger_full", full), null);
            return;
        }
        reply(http, number.getAsInt(), request);
    }

    private void reply(HttpServerRequest http, int number, ModelRequest request) {
        Reply reply = script.reply(request);
        if (reply instanceof Answer answer) {
            give(http, new Completion(number, request, answer));
        } else if (reply instanceof Refusal refusal) {
            ledger.end(number, Outcome.REFUSED, refusal.status(), 0);
            refuse(http.response(), refusal, null);
        } else if (reply instanceof Garbage garbage) {
            ledger.end(number, Outcome.CUT, 200, 0);
            http.response()
                    .putHeader("Content-Type", request.stream() ? "text/event-stream" : JSON_TYPE)
                    .end(garbage.body());
        }
    }

    private void give(HttpServerRequest http, Completion completion) {
        HttpServerResponse response = http.response();
        if (completion.request().stream()) {
            new AnswerStream(vertx, response, ledger, completion, completion.request(), completion.answer()).start();
            return;
        }
        response.closeHandler(gone -> ledger.end(completion.number(), Outcome.LEFT, 200, 0));
        if (completion.answer().ending() == Ending.STALL) {
            return;
        }
        long pause = completion.answer().pause().toMillis();
        if (pause == 0) {
            giveWhole(response, completion);
        } else {
            vertx.setTimer(pause, passed -> giveWhole(response, completion));
        }
    }

    private void giveWhole(HttpServerResponse response, Completion completion) {
        if (response.closed()) {
            return;
        }
        if (completion.answer().ending() == Ending.COMPLETE) {
            ledger.end(completion.number(), Outcome.FINISHED, 200, completion.outputTokens());
            send(response, 200, completion.whole());
            return;
        }
        ledger.end(completion.number(), Outcome.CUT, 200, 0);
        String whole = Json.write(completion.whole()).toStringUtf8();
        response.putHeader("Content-Type", JSON_TYPE).setChunked(true);
        response.write(whole.substring(0, whole.length() / 2)).onComplete(sent -> response.reset());
    }

    private static void refuse(HttpServerResponse response, Refusal refusal, String parameter) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("message", refusal.message());
        error.put("type", type(refusal.status()));
        error.put("param", parameter);
        error.put("code", refusal.code());
        refusal.retryAfterSeconds().ifPresent(seconds -> response.putHeader("Retry-After", Long.toString(seconds)));
        send(response, refusal.status(), Map.of("error", error));
    }

    private static String type(int status) {
        if (status == 429) {
            return "rate_limit_error";
        }
        return status >= 500 ? "server_error" : INVALID;
    }

    private static void send(HttpServerResponse response, int status, Object tree) {
        response.setStatusCode(status)
                .putHeader("Content-Type", JSON_TYPE)
                .end(Json.write(tree).toStringUtf8());
    }
}
