package io.ticktock.executor.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.ticktock.bus.outside.HostResolver;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.PfxOptions;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Against real servers on loopback addresses: 127.0.0.1 is allowed here, 127.0.0.2 plays the private network. */
class HttpSenderTest {

    private static final HttpConfiguration CONFIGURATION =
            new HttpConfiguration(Duration.ofSeconds(10), 64 << 10, 3, List.of("127.0.0.1"), Optional.empty());

    private final Map<String, List<String>> names = new ConcurrentHashMap<>();
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private Vertx vertx;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        names.put("localhost", List.of("127.0.0.1"));
    }

    @AfterEach
    void stop() throws Exception {
        await(vertx.close());
    }

    @Test
    void sendsMethodHeadersQueryAndBody() throws Exception {
        int port = serve(request -> request.body()
                .onSuccess(body -> request.response()
                        .putHeader("X-Twice", (Iterable<String>) List.of("a", "b"))
                        .setStatusCode(201)
                        .end(request.method() + " " + request.uri() + " " + request.getHeader("x-a") + " "
                                + request.getHeader("host") + " " + body)));
        HttpReply reply = await(send(
                CONFIGURATION,
                new HttpCall("PATCH", url("http", "localhost", port, "/p?q=1"), Map.of("X-A", "1"), utf8("hello"))));
        assertEquals(201, reply.status());
        assertEquals("PATCH /p?q=1 1 localhost:" + port + " hello", reply.body().toStringUtf8());
        assertEquals(Optional.of("a, b"), reply.header("x-twice"));
    }

    @Test
    void refusesAddressesThatAreNotPublic() throws Exception {
        int port = serve(request -> request.response().end());
        names.put("inside", List.of("127.0.0.2"));
        names.put("mapped", List.of("::ffff:127.0.0.2"));
        names.put("metadata", List.of("169.254.169.254"));
        for (String host : List.of("inside", "mapped", "metadata", "127.0.0.2", "[::1]", "0.0.0.0")) {
            HttpFault fault = fault(CONFIGURATION, get(url("http", host, port, "/")));
            assertEquals(HttpFault.Kind.ADDRESS_REFUSED, fault.kind(), host);
        }
        assertEquals(List.of(), seen);
    }

    @Test
    void aNameIsResolvedOnceAndThatAddressIsUsed() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        int port = serve(request -> request.response().end("here"));
        HostResolver rebinding = host -> addresses(List.of(asked.getAndIncrement() == 0 ? "127.0.0.1" : "127.0.0.2"));
        HttpSender sender = new HttpSender(vertx, CONFIGURATION, rebinding);
        assertEquals(
                "here",
                await(sender.send(get(url("http", "rebind.test", port, "/")), Optional.empty(), cancel -> {}))
                        .body()
                        .toStringUtf8());
        assertEquals(1, asked.get());
        HttpFault second = assertInstanceOf(
                HttpFault.class,
                assertThrows(
                                ExecutionException.class,
                                () -> await(sender.send(
                                        get(url("http", "rebind.test", port, "/")), Optional.empty(), cancel -> {})))
                        .getCause());
        assertEquals(HttpFault.Kind.ADDRESS_REFUSED, second.kind());
    }

    @Test
    void amongSeveralAddressesOnlyAllowedOnesAreTriedOneAfterTheOther() throws Exception {
        int port = serve(request -> request.response().end("here"));
        names.put("several", List.of("127.0.0.2", "127.0.0.3", "127.0.0.1"));
        HttpConfiguration configuration = new HttpConfiguration(
                Duration.ofSeconds(10), 64 << 10, 3, List.of("127.0.0.3", "127.0.0.1"), Optional.empty());
        assertEquals(
                "here",
                await(send(configuration, get(url("http", "several", port, "/"))))
                        .body()
                        .toStringUtf8());
    }

    @Test
    void followsRedirectsAsBrowsersDo() throws Exception {
        int port = serve(request -> {
            if (request.path().equals("/end")) {
                request.body()
                        .onSuccess(body -> request.response()
                                .end(request.method() + " " + body + " " + request.getHeader("content-type")));
            } else {
                request.response()
                        .setStatusCode(Integer.parseInt(request.path().substring(1)))
                        .putHeader("Location", "/end")
                        .end();
            }
        });
        assertEquals("GET  null", redirected("POST", port, 301));
        assertEquals("GET  null", redirected("POST", port, 302));
        assertEquals("GET  null", redirected("PUT", port, 303));
        assertEquals("PUT x text/plain", redirected("PUT", port, 302));
        assertEquals("POST x text/plain", redirected("POST", port, 307));
        assertEquals("POST x text/plain", redirected("POST", port, 308));
    }

    @Test
    void aRedirectToARefusedAddressIsNotFollowed() throws Exception {
        int port = serve(request -> request.response()
                .setStatusCode(302)
                .putHeader("Location", "http://127.0.0.2/secret")
                .end());
        HttpFault fault = fault(CONFIGURATION, get(url("http", "localhost", port, "/")));
        assertEquals(HttpFault.Kind.ADDRESS_REFUSED, fault.kind());
    }

    @Test
    void redirectsHaveABound() throws Exception {
        int port = serve(request -> request.response()
                .setStatusCode(307)
                .putHeader("Location", request.path() + "x")
                .end());
        HttpFault fault = fault(CONFIGURATION, get(url("http", "localhost", port, "/")));
        assertEquals(HttpFault.Kind.REDIRECT_REFUSED, fault.kind());
        assertEquals(List.of("/", "/x", "/xx", "/xxx"), seen);
    }

    @Test
    void credentialsDoNotFollowToAnotherServer() throws Exception {
        int second = serve(request -> request.response()
                .end(request.getHeader("authorization") + " " + request.getHeader("x-api-key") + " "
                        + request.getHeader("cookie") + " " + request.getHeader("accept")));
        int first = serve(request -> request.response()
                .setStatusCode(307)
                .putHeader(
                        "Location",
                        "http://localhost:"
                                + (request.path().equals("/away")
                                        ? second
                                        : request.localAddress().port()) + "/end")
                .end());
        Map<String, String> headers =
                Map.of("Authorization", "Bearer s", "X-Api-Key", "k", "Cookie", "c=1", "Accept", "text/plain");
        HttpCall away = new HttpCall("GET", url("http", "localhost", first, "/away"), headers, ByteString.EMPTY);
        assertEquals(
                "null null null text/plain",
                await(send(CONFIGURATION, away)).body().toStringUtf8());
    }

    @Test
    void aRedirectFromHttpsToHttpIsNotFollowed() {
        HttpCall call = get(URI.create("https://example.org/a"));
        HttpFault fault = assertThrows(HttpFault.class, () -> call.redirected(302, "http://example.org/b"));
        assertEquals(HttpFault.Kind.REDIRECT_REFUSED, fault.kind());
        assertEquals(
                "https://example.org/b", call.redirected(302, "/b").target().toString());
    }

    @Test
    void aResponseThatIsTooLargeIsCutOff() throws Exception {
        int port = serve(request -> {
            if (request.path().equals("/chunked")) {
                request.response().setChunked(true);
                endless(request);
            } else {
                request.response().end(Buffer.buffer(new byte[65 << 10]));
            }
        });
        for (String path : List.of("/", "/chunked")) {
            HttpFault fault = fault(CONFIGURATION, get(url("http", "localhost", port, path)));
            assertEquals(HttpFault.Kind.RESPONSE_TOO_LARGE, fault.kind(), path);
        }
    }

    @Test
    void aServerThatDoesNotAnswerTimesOut() throws Exception {
        int port = serve(request -> {});
        HttpConfiguration hasty =
                new HttpConfiguration(Duration.ofSeconds(1), 64 << 10, 3, List.of("127.0.0.1"), Optional.empty());
        HttpFault fault = fault(hasty, get(url("http", "localhost", port, "/")));
        assertEquals(HttpFault.Kind.TIMED_OUT, fault.kind());
        assertTrue(fault.kind().retryable());
    }

    @Test
    void aCancelledRequestIsGivenUp() throws Exception {
        CompletableFuture<Void> arrived = new CompletableFuture<>();
        int port = serve(request -> {
            request.response().setChunked(true).write("begun");
            arrived.complete(null);
        });
        List<Runnable> cancels = new ArrayList<>();
        Future<HttpReply> reply = new HttpSender(vertx, CONFIGURATION, this::resolve)
                .send(get(url("http", "localhost", port, "/")), Optional.empty(), cancels::add);
        arrived.get(10, TimeUnit.SECONDS);
        cancels.forEach(Runnable::run);
        assertThrows(ExecutionException.class, () -> await(reply));
    }

    @Test
    void garbageAndClosedPortsAreConnectionFailures() throws Exception {
        NetServer garbage = vertx.createNetServer()
                .connectHandler(socket -> socket.handler(ignored -> {
                    socket.write("hello, this is no HTTP\r\n\r\n");
                    socket.close();
                }));
        int port = await(garbage.listen(0, "127.0.0.1")).actualPort();
        assertEquals(
                HttpFault.Kind.CONNECTION_FAILED,
                fault(CONFIGURATION, get(url("http", "localhost", port, "/"))).kind());
        await(garbage.close());
        assertEquals(
                HttpFault.Kind.CONNECTION_FAILED,
                fault(CONFIGURATION, get(url("http", "localhost", port, "/"))).kind());
    }

    @Test
    void anUnknownHostIsSaidToBeOne() {
        HttpFault fault = fault(CONFIGURATION, get(URI.create("http://nowhere.test/")));
        assertEquals(HttpFault.Kind.UNKNOWN_HOST, fault.kind());
        assertTrue(fault.getMessage().contains("nowhere.test"), fault.getMessage());
    }

    @Test
    void headersAndMethodsCannotSmuggleAnything() {
        URI target = URI.create("http://localhost/");
        for (Map<String, String> headers : List.of(
                Map.of("X-A", "1\r\nX-B: 2"), Map.of("X-A\nX-B", "1"), Map.of("X A", "1"), Map.of("X-A", "\u4e00"))) {
            assertInvalid(() -> new HttpCall("GET", target, headers, ByteString.EMPTY));
        }
        assertInvalid(() -> new HttpCall("GET /x", target, Map.of(), ByteString.EMPTY));
    }

    private static void assertInvalid(Executable call) {
        assertEquals(
                HttpFault.Kind.INVALID_REQUEST,
                assertThrows(HttpFault.class, call).kind());
    }

    @Test
    void urlsThatAreNoneAreRefused() {
        for (String url : List.of("ftp://example.org/", "/path", "http:opaque", "http://user:pw@example.org/")) {
            HttpFault fault = assertThrows(HttpFault.class, () -> get(URI.create(url)), url);
            assertEquals(HttpFault.Kind.INVALID_REQUEST, fault.kind());
            assertFalse(fault.getMessage().contains("pw"), fault.getMessage());
        }
    }

    @Test
    void tlsTrustsOnlyWhatItIsToldToAndOnlyUnderItsName(@TempDir Path folder) throws Exception {
        TestCertificate certificate = TestCertificate.make(folder, "secure.test");
        int port = listen(
                new HttpServerOptions()
                        .setSsl(true)
                        .setKeyCertOptions(new PfxOptions()
                                .setPath(certificate.keyStore().toString())
                                .setPassword(certificate.password())),
                request -> request.response().end("secret"));
        names.put("secure.test", List.of("127.0.0.1"));
        names.put("other.test", List.of("127.0.0.1"));
        HttpConfiguration trusting = new HttpConfiguration(
                Duration.ofSeconds(10), 64 << 10, 3, List.of("127.0.0.1"), Optional.of(certificate.pem()));
        assertEquals(
                "secret",
                await(send(trusting, get(url("https", "secure.test", port, "/"))))
                        .body()
                        .toStringUtf8());
        assertEquals(
                HttpFault.Kind.TLS_FAILED,
                fault(trusting, get(url("https", "other.test", port, "/"))).kind());
        assertEquals(
                HttpFault.Kind.TLS_FAILED,
                fault(CONFIGURATION, get(url("https", "secure.test", port, "/")))
                        .kind());
    }

    private static void endless(HttpServerRequest request) {
        request.response().write(Buffer.buffer(new byte[8 << 10])).onSuccess(written -> endless(request));
    }

    private String redirected(String method, int port, int status) throws Exception {
        HttpCall call = new HttpCall(
                method, url("http", "localhost", port, "/" + status), Map.of("Content-Type", "text/plain"), utf8("x"));
        return await(send(CONFIGURATION, call)).body().toStringUtf8();
    }

    private Future<HttpReply> send(HttpConfiguration configuration, HttpCall call) {
        return new HttpSender(vertx, configuration, this::resolve).send(call, Optional.empty(), cancel -> {});
    }

    private HttpFault fault(HttpConfiguration configuration, HttpCall call) {
        ExecutionException failed = assertThrows(ExecutionException.class, () -> await(send(configuration, call)));
        return assertInstanceOf(HttpFault.class, failed.getCause());
    }

    private static HttpCall get(URI target) {
        return new HttpCall("GET", target, Map.of(), ByteString.EMPTY);
    }

    private static URI url(String scheme, String host, int port, String path) {
        return URI.create(scheme + "://" + host + ":" + port + path);
    }

    private Future<List<InetAddress>> resolve(String host) {
        boolean numeric = host.contains(":") || Character.isDigit(host.charAt(0));
        List<String> found = numeric ? List.of(host) : names.getOrDefault(host, List.of());
        return found.isEmpty() ? Future.failedFuture(new UnknownHostException(host)) : addresses(found);
    }

    private static Future<List<InetAddress>> addresses(List<String> texts) {
        List<InetAddress> addresses = new ArrayList<>();
        for (String text : texts) {
            try {
                addresses.add(InetAddress.getAllByName(text)[0]);
            } catch (UnknownHostException e) {
                return Future.failedFuture(e);
            }
        }
        return Future.succeededFuture(addresses);
    }

    private int serve(Handler<HttpServerRequest> handler) throws Exception {
        return listen(new HttpServerOptions(), handler);
    }

    private int listen(HttpServerOptions options, Handler<HttpServerRequest> handler) throws Exception {
        HttpServer server = vertx.createHttpServer(options).requestHandler(request -> {
            seen.add(request.path());
            handler.handle(request);
        });
        return await(server.listen(0, "127.0.0.1")).actualPort();
    }

    private static ByteString utf8(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
