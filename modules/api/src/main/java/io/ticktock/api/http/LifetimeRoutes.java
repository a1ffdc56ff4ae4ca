package io.ticktock.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.f4b6a3.uuid.UuidCreator;
import com.google.protobuf.ByteString;
import io.ticktock.api.operation.LifetimeOperations;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.AbortCommand;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.Amounts;
import io.ticktock.proto.v1.Answer;
import io.ticktock.proto.v1.ForkLifetimeRequest;
import io.ticktock.proto.v1.GetExecutionsRequest;
import io.ticktock.proto.v1.GetLifetimeRequest;
import io.ticktock.proto.v1.GetLifetimeResponse;
import io.ticktock.proto.v1.GetOutputRequest;
import io.ticktock.proto.v1.ListExecutionsRequest;
import io.ticktock.proto.v1.ListLifetimesRequest;
import io.ticktock.proto.v1.PauseCommand;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.ResumeCommand;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Routes of lifetimes and their executions. */
final class LifetimeRoutes {

    private static final String LIFETIMES = "/v1/lifetimes";
    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    private static final int MICROS_DIGITS = 6;

    private final LifetimeOperations lifetimes;

    LifetimeRoutes(LifetimeOperations lifetimes) {
        this.lifetimes = lifetimes;
    }

    List<HttpRoute> routes() {
        return List.of(
                HttpRoute.post(LIFETIMES, "Starts a lifetime of a registered graph.", this::start),
                HttpRoute.get(LIFETIMES, "Lists lifetimes, newest first.", this::list),
                HttpRoute.get(LIFETIMES + "/{id}", "Shows a lifetime, with its output once it has one.", this::get),
                HttpRoute.post(
                        LIFETIMES + "/{id}:pause",
                        "Holds it: what runs is recorded, nothing new is begun.",
                        this::pause),
                HttpRoute.post(LIFETIMES + "/{id}:resume", "Lets it go on, with more budget on request.", this::resume),
                HttpRoute.post(LIFETIMES + "/{id}:abort", "Ends it.", this::abort),
                HttpRoute.post(LIFETIMES + "/{id}:signal", "Answers an execution that waits for it.", this::signal),
                HttpRoute.post(
                        LIFETIMES + "/{id}:fork",
                        "Starts one that shares what this has recorded up to an execution.",
                        this::fork),
                HttpRoute.get(LIFETIMES + "/{id}/executions", "Lists its executions, oldest first.", this::executions),
                HttpRoute.get(
                        LIFETIMES + "/{id}/executions/{exec}",
                        "Shows the record of an execution, with its result.",
                        this::execution));
    }

    private Future<HttpAnswer> start(HttpCall call) {
        JsonBody body = call.json("lifetime_id", "graph", "version", "input", "labels");
        StartLifetimeRequest request = StartLifetimeRequest.newBuilder()
                .setLifetimeId(body.text("lifetime_id").orElse(""))
                .setGraphName(body.requiredText("graph"))
                .setGraphVersion(body.text("version").orElse(""))
                .setInput(LifetimeJson.payload(body.value("input").orElse(JsonText.object())))
                .putAllLabels(body.texts("labels"))
                .setIdempotencyKey(call.header(IDEMPOTENCY_KEY).orElse(""))
                .build();
        return call.perform(lifetimes.start, request)
                .compose(started -> started.getCreated()
                        ? Future.succeededFuture(created(started.getLifetime()))
                        : existing(call, started.getLifetimeId()));
    }

    private Future<HttpAnswer> fork(HttpCall call) {
        JsonBody body = call.json("exec_id", "version", "input", "labels");
        ForkLifetimeRequest.Builder request = ForkLifetimeRequest.newBuilder()
                .setParentLifetimeId(call.path("id"))
                .setExecId(body.requiredText("exec_id"))
                .setGraphVersion(body.text("version").orElse(""))
                .putAllLabels(body.texts("labels"))
                .setIdempotencyKey(call.header(IDEMPOTENCY_KEY).orElse(""))
                .addAllIfLastSeq(IfMatch.seqs(call.headers("If-Match")));
        body.value("input").ifPresent(input -> request.setInput(LifetimeJson.payload(input)));
        return call.perform(lifetimes.fork, request.build())
                .compose(forked -> forked.getCreated()
                        ? Future.succeededFuture(created(forked.getLifetime()))
                        : existing(call, forked.getLifetimeId()));
    }

    private static HttpAnswer created(AgentLifetime lifetime) {
        return HttpAnswer.created(LifetimeJson.lifetime(lifetime), LIFETIMES + "/" + lifetime.getLifetimeId());
    }

    /** An earlier request of the same key made it. */
    private Future<HttpAnswer> existing(HttpCall call, String id) {
        return call.perform(
                        lifetimes.get,
                        GetLifetimeRequest.newBuilder().setLifetimeId(id).build())
                .map(found -> HttpAnswer.ok(LifetimeJson.lifetime(found)));
    }

    private Future<HttpAnswer> list(HttpCall call) {
        call.requireQuery("graph", "status", "label", "created_after", "created_before", JsonPage.SIZE, JsonPage.TOKEN);
        ListLifetimesRequest.Builder request = ListLifetimesRequest.newBuilder()
                .setGraphName(call.query("graph").orElse(""))
                .setPageSize(call.pageSize())
                .setPageToken(call.pageToken());
        call.query("status")
                .map(word -> LifetimeJson.status(word)
                        .orElseThrow(
                                () -> JsonBody.invalid("status must be running, paused, completed, failed or aborted,"
                                        + " not '" + word + "'")))
                .ifPresent(request::setStatus);
        request.putAllLabels(labels(call.queries("label")));
        call.time("created_after").map(ProtoTime::timestamp).ifPresent(request::setCreatedAfter);
        call.time("created_before").map(ProtoTime::timestamp).ifPresent(request::setCreatedBefore);
        return call.perform(lifetimes.list, request.build())
                .map(page -> JsonPage.of(
                        "lifetimes", page.getLifetimesList(), LifetimeJson::lifetime, page.getNextPageToken()));
    }

    private static Map<String, String> labels(List<String> texts) {
        Map<String, String> labels = new TreeMap<>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            if (equals < 1) {
                throw JsonBody.invalid("label must be a name and a value, such as team=red, not '" + text + "'");
            }
            String earlier = labels.put(text.substring(0, equals), text.substring(equals + 1));
            if (earlier != null) {
                throw JsonBody.invalid("label '" + text.substring(0, equals) + "' is given twice");
            }
        }
        return labels;
    }

    private Future<HttpAnswer> get(HttpCall call) {
        call.requireQuery();
        return find(call).compose(found -> {
            AgentLifetime lifetime = found.getLifetime();
            String etag = etag(lifetime);
            // Being set aside, or taken back, is no event of the lifetime.
            return call.header("If-None-Match").filter(etag::equals).isPresent()
                            && lifetime.getQuarantine().isEmpty()
                    ? Future.succeededFuture(HttpAnswer.notModified(etag))
                    : output(call, lifetime).map(output -> shown(found, output).with("ETag", etag));
        });
    }

    private Future<GetLifetimeResponse> find(HttpCall call) {
        return call.perform(
                lifetimes.get,
                GetLifetimeRequest.newBuilder().setLifetimeId(call.path("id")).build());
    }

    /** The number of its last event: it changes whenever the lifetime does. */
    private static String etag(AgentLifetime lifetime) {
        return "\"" + lifetime.getLastSeq() + "\"";
    }

    private Future<JsonNode> output(HttpCall call, AgentLifetime lifetime) {
        if (!lifetime.hasOutput()) {
            return Future.succeededFuture(NullNode.getInstance());
        }
        GetOutputRequest request =
                GetOutputRequest.newBuilder().setOutput(lifetime.getOutput()).build();
        return call.perform(lifetimes.output, request).map(LifetimeJson::output);
    }

    private static HttpAnswer shown(GetLifetimeResponse found, JsonNode output) {
        ObjectNode json = LifetimeJson.lifetime(found);
        json.set("output", output);
        return HttpAnswer.ok(json);
    }

    private Future<HttpAnswer> pause(HttpCall call) {
        JsonBody body = call.json("reason");
        return signal(
                call,
                Signal.newBuilder()
                        .setPause(PauseCommand.newBuilder()
                                .setReason(body.text("reason").orElse(""))));
    }

    private Future<HttpAnswer> resume(HttpCall call) {
        JsonBody body = call.json("reason", "add_budget");
        return signal(
                call,
                Signal.newBuilder()
                        .setResume(ResumeCommand.newBuilder()
                                .setReason(body.text("reason").orElse(""))
                                .setAdded(body.value("add_budget")
                                        .map(LifetimeRoutes::amounts)
                                        .orElse(Amounts.getDefaultInstance()))));
    }

    private static Amounts amounts(JsonNode added) {
        JsonBody body = JsonBody.of(JsonText.bytes(added), "cost_usd", "tokens_used", "executions");
        Amounts.Builder amounts = Amounts.newBuilder();
        body.value("cost_usd")
                .map(value -> amount("cost_usd", value, MICROS_DIGITS))
                .ifPresent(amounts::setCostMicros);
        body.value("tokens_used").map(value -> amount("tokens_used", value, 0)).ifPresent(amounts::setTokensUsed);
        body.value("executions").map(value -> amount("executions", value, 0)).ifPresent(amounts::setExecutions);
        return amounts.build();
    }

    private static long amount(String field, JsonNode value, int digits) {
        try {
            if (value.isNumber() && value.decimalValue().signum() > 0) {
                BigDecimal amount = value.decimalValue();
                return amount.scaleByPowerOfTen(digits).longValueExact();
            }
        } catch (ArithmeticException notWhole) {
            throw JsonBody.invalid("'add_budget." + field + "' has too many digits");
        }
        throw JsonBody.invalid("'add_budget." + field + "' must be a number above 0");
    }

    private Future<HttpAnswer> abort(HttpCall call) {
        JsonBody body = call.json("reason");
        return signal(
                call,
                Signal.newBuilder()
                        .setAbort(AbortCommand.newBuilder()
                                .setReason(body.text("reason").orElse(""))));
    }

    private Future<HttpAnswer> signal(HttpCall call) {
        JsonBody body = call.json("exec_id", "payload");
        Payload payload =
                LifetimeJson.payload(body.value("payload").orElseThrow(() -> JsonBody.invalid("'payload' is missing")));
        return signal(
                call,
                Signal.newBuilder()
                        .setAnswer(Answer.newBuilder()
                                .setExecId(body.requiredText("exec_id"))
                                .setPayload(payload)));
    }

    private Future<HttpAnswer> signal(HttpCall call, Signal.Builder signal) {
        SignalLifetimeRequest request = SignalLifetimeRequest.newBuilder()
                .setSignal(signal.setLifetimeId(call.path("id")).setSignalId(signalId(call, signal.build())))
                .addAllIfLastSeq(IfMatch.seqs(call.headers("If-Match")))
                .build();
        return call.perform(lifetimes.signal, request)
                .compose(done -> find(call))
                .map(found -> HttpAnswer.ok(LifetimeJson.lifetime(found)).with("ETag", etag(found.getLifetime())));
    }

    /** With the same key the same command is the same again; another one is another. */
    private static String signalId(HttpCall call, Signal command) {
        return call.header(IDEMPOTENCY_KEY)
                .filter(key -> !key.isEmpty())
                .map(key -> ByteString.copyFromUtf8(key + '\0').concat(command.toByteString()))
                .map(name -> UuidCreator.getNameBasedSha1(name.toByteArray()).toString())
                .orElse("");
    }

    private Future<HttpAnswer> executions(HttpCall call) {
        call.requireQuery(JsonPage.SIZE, JsonPage.TOKEN);
        ListExecutionsRequest request = ListExecutionsRequest.newBuilder()
                .setLifetimeId(call.path("id"))
                .setPageSize(call.pageSize())
                .setPageToken(call.pageToken())
                .build();
        return call.perform(lifetimes.executions, request)
                .map(page -> JsonPage.of(
                        "executions",
                        page.getExecutionsList(),
                        execution -> LifetimeJson.execution(execution, call.path("id")),
                        page.getNextPageToken()));
    }

    private Future<HttpAnswer> execution(HttpCall call) {
        call.requireQuery();
        GetExecutionsRequest request = GetExecutionsRequest.newBuilder()
                .setLifetimeId(call.path("id"))
                .addTaskExecIds(call.path("exec"))
                .addPlanExecIds(call.path("exec"))
                .build();
        return call.perform(lifetimes.execution, request)
                .map(found -> HttpAnswer.ok(ExecutionJson.of(found, call.path("id"))));
    }
}
