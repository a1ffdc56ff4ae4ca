package io.ticktock.launcher.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Passes on what comes over connections, until it is told to cut them, or to swallow what comes and tell nobody. */
public final class Relay implements AutoCloseable {

    private enum Mode {
        PASS,
        /** Connections end, and new ones end at once. */
        CUT,
        /** Connections stay, and new ones come about; nothing gets through, neither way. */
        SWALLOW
    }

    private static final int CONNECT_TIMEOUT_MS = 5_000;
    private static final int BUFFER_BYTES = 16_384;

    private final ServerSocket listening;
    private final Supplier<InetSocketAddress> target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile Mode mode = Mode.PASS;

    /**
     * @param host where it listens
     * @param target asked anew for each connection
     */
    public Relay(String host, Supplier<InetSocketAddress> target) throws IOException {
        this.listening = new ServerSocket(0, 50, InetAddress.getByName(host));
        this.target = target;
        daemon(this::accept);
    }

    public int port() {
        return listening.getLocalPort();
    }

    public void cut() {
        mode = Mode.CUT;
        open.forEach(Relay::reset);
    }

    public void swallow() {
        mode = Mode.SWALLOW;
    }

    /** What was swallowed meanwhile is lost, so those connections end. */
    public void pass() {
        if (mode == Mode.SWALLOW) {
            open.forEach(Relay::reset);
        }
        mode = Mode.PASS;
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                daemon(() -> serve(client));
            } catch (IOException e) {
                // It is closed.
                return;
            }
        }
    }

    private void serve(Socket client) {
        Socket server = new Socket();
        open.add(client);
        open.add(server);
        try {
            if (mode == Mode.CUT) {
                return;
            }
            server.connect(target.get(), CONNECT_TIMEOUT_MS);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            Thread back = daemon(() -> copy(server, client));
            copy(client, server);
            back.join();
        } catch (IOException e) {
            // There is nobody at the other end: the client sees its connection end.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            reset(client);
            reset(server);
            open.remove(client);
            open.remove(server);
        }
    }

    private void copy(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (mode != Mode.SWALLOW) {
                    out.write(buffer, 0, read);
                }
            }
        } catch (IOException e) {
            // One of both is gone, and so will be the other.
        } finally {
            if (mode != Mode.SWALLOW) {
                reset(from);
                reset(to);
            }
        }
    }

    /** Without the courtesy of an orderly end. */
    private static void reset(Socket socket) {
        try (socket) {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // The other thread has closed it just now.
            return;
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "relay");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Override
    public void close() throws IOException {
        listening.close();
        open.forEach(Relay::reset);
    }
}
