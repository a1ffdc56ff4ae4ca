package io.ticktock.api.http;

import io.ticktock.api.access.Authentication;
import io.ticktock.api.access.Authenticator;
import io.ticktock.api.access.Caller;
import io.ticktock.api.meter.ApiMeters;
import io.ticktock.api.operation.AuditLog;
import io.ticktock.api.operation.Gate;
import io.ticktock.api.operation.Operations;
import io.ticktock.api.operation.Readiness;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.tenant.Places.Place;
import io.ticktock.bus.trace.Tracing;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers HTTP requests: who asks is known before a body is read. */
public final class HttpApi {

    private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);
    private static final String CALLER = "caller";
    private static final String PLACE = "place";
    private static final String CREDENTIAL = "credential";
    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "::1", "[::1]");

    private final Authenticator authenticator;
    private final Authentication authentication;
    private final AuditLog audit;
    private final Readiness readiness;
    private final Gate gate;
    private final RequestMetering metering;
    private final List<HttpRoute> routes;

    /** @param exposition what the process counts, in Prometheus's text format */
    public HttpApi(
            Operations operations,
            Authenticator authenticator,
            Authentication authentication,
            Gate gate,
            AuditLog audit,
            Readiness readiness,
            ApiMeters meters,
            Tracing tracing,
            Supplier<String> exposition) {
        this.authenticator = authenticator;
        this.authentication = authentication;
        this.audit = audit;
        this.readiness = readiness;
        this.gate = gate;
        this.metering = new RequestMetering(meters, tracing);
        this.routes = routes(operations, exposition);
    }

    static List<HttpRoute> routes(Operations operations, Supplier<String> exposition) {
        List<HttpRoute> routes = new ArrayList<>();
        routes.addAll(new GraphRoutes(operations.graphs()).routes());
        routes.addAll(new LifetimeRoutes(operations.lifetimes()).routes());
        routes.addAll(new EventRoutes(operations.lifetimes()).routes());
        routes.addAll(new HumanTaskRoutes(operations.humanTasks()).routes());
        routes.addAll(new ExecutionRoutes(operations.workers(), operations.humanTasks()).routes());
        routes.addAll(new BlobRoutes(operations.blobs()).routes());
        routes.addAll(new PolicyRoutes(operations.policies()).routes());
        routes.addAll(new WebhookRoutes(operations.webhooks()).routes());
        routes.addAll(new SpendRoutes(operations.spend()).routes());
        routes.addAll(new TenantRoutes(operations.tenants()).routes());
        routes.addAll(new McpRoute(operations.graphs(), operations.lifetimes()).routes());
        routes.addAll(new MetricsRoute(exposition).routes());
        return routes;
    }

    public Router router(Vertx vertx) {
        Router router = Router.router(vertx);
        Buffer contract = OpenApi.json();
        router.route().handler(metering::measure);
        Handler<RoutingContext> protocolSwitch = new ProtocolSwitch();
        router.get(OpenApi.PATH)
                .handler(protocolSwitch)
                .handler(context -> context.response()
                        .putHeader("Content-Type", "application/json")
                        .end(contract));
        new HealthRoutes(readiness::look, () -> false).addTo(router);
        for (String path : List.of("/v1/*", McpRoute.PATH)) {
            router.route(path).handler(metering::trace);
            router.route(path).handler(this::authenticate);
            router.route(path).handler(new BodyReader());
        }
        for (HttpRoute route : routes) {
            router.routeWithRegex(route.method(), route.pattern())
                    .handler(protocolSwitch)
                    .handler(context -> answer(context, route));
        }
        router.route().failureHandler(this::fail);
        for (int status : new int[] {400, 404, 405, 413, 415}) {
            router.errorHandler(status, context -> AnswerWriter.write(context, Problem.ofStatus(status)));
        }
        router.errorHandler(500, this::fail);
        return router;
    }

    private void authenticate(RoutingContext context) {
        HttpServerRequest request = context.request();
        String remote =
                request.remoteAddress() == null ? "" : request.remoteAddress().hostAddress();
        Optional<String> authorization = Optional.ofNullable(request.getHeader("Authorization"));
        if (authentication == Authentication.NONE && authorization.isEmpty() && isOfPage(request)) {
            context.fail(new Failure(
                    FailureCode.PERMISSION_DENIED,
                    "requests of web pages need an API key: without one only programs on this machine are served"));
            return;
        }
        Supplier<Future<Caller>> credential = () -> authenticator.authenticate(authorization, remote);
        context.put(CREDENTIAL, credential);
        // The body waits until it is known who sends it.
        request.pause();
        credential.get().onComplete(caller -> enter(context, caller), cause -> deny(context, remote, cause));
    }

    /** What streams has left its place by the time that its stream begins. */
    private void enter(RoutingContext context, Caller caller) {
        context.put(CALLER, caller);
        gate.enter(caller)
                .onComplete(
                        place -> {
                            context.addHeadersEndHandler(answered -> place.leave());
                            context.addEndHandler(ended -> place.leave());
                            context.put(PLACE, place);
                            context.next();
                        },
                        cause -> turnAway(context, cause));
    }

    /** A connection costs more than a body that is not looked at. */
    private static void turnAway(RoutingContext context, Throwable cause) {
        HttpServerRequest request = context.request();
        if (BodyReader.isSmall(request)) {
            request.exceptionHandler(gone -> {}).handler(unread -> {}).resume();
        } else {
            context.response().putHeader("Connection", "close");
        }
        context.fail(cause);
    }

    private void deny(RoutingContext context, String remote, Throwable cause) {
        Future<Void> noted = Failure.is(cause, FailureCode.UNAUTHENTICATED)
                ? audit.unauthenticated(
                        remote,
                        context.request().method() + " " + context.request().path())
                : Future.succeededFuture();
        noted.onComplete(done -> {
            // What was sent behind the headers is not read.
            context.response().putHeader("Connection", "close");
            context.fail(cause);
        });
    }

    /** A page of another origin, or one whose name was bound to this address afterwards. */
    private static boolean isOfPage(HttpServerRequest request) {
        HostAndPort authority = request.authority();
        boolean isNamedSo = authority != null && LOOPBACK_NAMES.contains(authority.host());
        return request.getHeader("Origin") != null || !isNamedSo;
    }

    private void answer(RoutingContext context, HttpRoute route) {
        Caller caller = context.get(CALLER);
        HttpCall call = new HttpCall(context, caller, context.get(CREDENTIAL), gate);
        metering.within(context, route, () -> perform(call, route))
                .onComplete(answer -> AnswerWriter.write(context, answer), context::fail);
    }

    private static Future<HttpAnswer> perform(HttpCall call, HttpRoute route) {
        return Future.succeededFuture(call).compose(route.action());
    }

    private void fail(RoutingContext context) {
        // What the HTTP server itself does not take, such as a query that is not encoded or a request without a host.
        if (context.failure() == null || context.statusCode() < 500) {
            AnswerWriter.write(context, Problem.ofStatus(context.statusCode()));
            return;
        }
        Problem problem = Problem.of(context.failure());
        if (problem.status() == 500) {
            LOG.error("{} {} failed", context.request().method(), context.normalizedPath(), context.failure());
        }
        Caller caller = context.get(CALLER);
        if (caller == null) {
            AnswerWriter.write(context, problem);
            return;
        }
        Future<Void> answering = gate.answering(caller, context.failure());
        leave(context);
        answering.onSuccess(now -> AnswerWriter.write(context, problem));
    }

    /** What waits to hear that it was refused is in progress no more. */
    private static void leave(RoutingContext context) {
        Place place = context.get(PLACE);
        if (place != null) {
            place.leave();
        }
    }
}
