package io.ticktock.api.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ticktock.testkit.Awaiting;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** First answers on connections that switch to HTTP/2, on a real port. */
class ProtocolSwitchTest {

    private static final int LONGEST_WAIT_S = 10;
    /** Each on a connection of its own. Of those that are not kept back, about one in ten does not end. */
    private static final int REQUESTS = 100;

    private static final int BODY_BYTES = 30_000;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int ACKNOWLEDGED = 1;
    private static final byte[] NOTHING = new byte[0];

    private final Vertx vertx = Vertx.vertx();
    private HttpServer server;

    @BeforeEach
    void start() {
        Router router = Router.router(vertx);
        router.get("/")
                .handler(new ProtocolSwitch())
                .handler(context -> context.response().end(Buffer.buffer(new byte[BODY_BYTES])));
        server = Awaiting.result(vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));
    }

    @AfterEach
    void close() {
        Awaiting.result(vertx.close());
    }

    @Test
    void aLargeFirstAnswerReachesAClientThatSwitches() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + "/"))
                .build();
        for (int i = 0; i < REQUESTS; i++) {
            HttpResponse<byte[]> response = HttpClient.newHttpClient()
                    .sendAsync(request, BodyHandlers.ofByteArray())
                    .get(LONGEST_WAIT_S, TimeUnit.SECONDS);
            assertEquals(HttpClient.Version.HTTP_2, response.version());
            assertEquals(BODY_BYTES, response.body().length);
        }
    }

    @Test
    void nothingIsAnsweredBeforeTheClientHasSwitched() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort())) {
            socket.setSoTimeout(LONGEST_WAIT_S * 1000);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            send(socket, upgrade());
            readSwitch(in);
            assertEquals(List.of(SETTINGS, PING), List.of(readFrame(in), readFrame(in)));

            send(socket, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            send(socket, frame(SETTINGS, 0, NOTHING));
            send(socket, frame(SETTINGS, ACKNOWLEDGED, NOTHING));
            send(socket, frame(PING, ACKNOWLEDGED, new byte[8]));
            List<Integer> answered = new ArrayList<>();
            while (!answered.contains(DATA)) {
                answered.add(readFrame(in));
            }
            assertEquals(List.of(SETTINGS, HEADERS, DATA), answered);
        }
    }

    private static byte[] upgrade() {
        String settings = Base64.getUrlEncoder().encodeToString(new byte[] {0, 2, 0, 0, 0, 0});
        return ("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                        + "HTTP2-Settings: " + settings + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Up to the empty line. */
    private static void readSwitch(DataInputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf("\r\n\r\n") < 0) {
            text.append((char) in.readUnsignedByte());
        }
        assertEquals("HTTP/1.1 101", text.substring(0, 12));
    }

    /** Its type. */
    private static int readFrame(DataInputStream in) throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        in.readFully(new byte[5 + length]);
        return type;
    }

    /** Of the connection, no stream's. */
    private static byte[] frame(int type, int flags, byte[] payload) {
        return Buffer.buffer()
                .appendMedium(payload.length)
                .appendByte((byte) type)
                .appendByte((byte) flags)
                .appendInt(0)
                .appendBytes(payload)
                .getBytes();
    }

    private static void send(Socket socket, byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }
}
