package io.ticktock.sdk.worker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Carries connections to a port, and can stop to carry those that there are, without a word to either end. */
final class Tunnel implements AutoCloseable {

    private final ServerSocket entrance;
    private final int port;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger generation = new AtomicInteger();

    Tunnel(int port) throws IOException {
        this.port = port;
        this.entrance = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + entrance.getLocalPort();
    }

    /** What is connected until now hears nothing any more; new connections are carried. */
    void clog() {
        generation.incrementAndGet();
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Socket near = entrance.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), port);
                int born = generation.get();
                threads.execute(() -> carry(near, far, born));
                threads.execute(() -> carry(far, near, born));
            } catch (IOException e) {
                if (!entrance.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void carry(Socket from, Socket to, int born) {
        byte[] buffer = new byte[1 << 14];
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (born == generation.get()) {
                    out.write(buffer, 0, count);
                }
            }
        } catch (IOException e) {
            // Either end has gone; closing tells the other one.
        }
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        threads.shutdownNow();
    }
}
