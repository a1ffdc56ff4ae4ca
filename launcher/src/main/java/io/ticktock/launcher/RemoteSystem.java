package io.ticktock.launcher;

import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.launcher.remote.ServerAccess;
import io.ticktock.launcher.remote.ServerConnection;
import io.vertx.core.Vertx;
import java.util.OptionalLong;

/** A server's, of which the key's tenant is all there is to see. It drives lifetimes whether or not the command runs. */
final class RemoteSystem implements ReachedSystem {

    /** The key says whose everything is; a tenant in requests is not looked at. */
    private static final String TENANT_OF_KEY = "";

    private final ServerAccess access;
    private final int inlineLimitBytes;
    private final Vertx vertx;
    private final ServerConnection server;

    private RemoteSystem(ServerAccess access, Vertx vertx, ServerConnection server, int inlineLimitBytes) {
        this.access = access;
        this.inlineLimitBytes = inlineLimitBytes;
        this.vertx = vertx;
        this.server = server;
    }

    /** Nothing is sent before something is asked. */
    static RemoteSystem of(ServerAccess access, Configuration configuration) {
        StandardErrorLog.leaveOutConnections();
        Vertx vertx = Vertx.vertx(Deployment.options(1));
        try {
            ServerConnection server = new ServerConnection(vertx, access);
            return new RemoteSystem(
                    access, vertx, server, configuration.executor().bounds().inlineLimitBytes());
        } catch (RuntimeException e) {
            Client.await(vertx.close());
            throw e;
        }
    }

    @Override
    public Client client() {
        return new Client(new RemoteConnection(server), TENANT_OF_KEY, true);
    }

    @Override
    public Payloads payloads() {
        return new Payloads(client(), inlineLimitBytes, true);
    }

    @Override
    public boolean drivesHere() {
        return false;
    }

    @Override
    public OptionalLong databasePid() {
        return OptionalLong.empty();
    }

    @Override
    public String flags() {
        return " --server " + access.address()
                + access.certificate()
                        .map(file -> " --server-certificate " + file)
                        .orElse("");
    }

    @Override
    public void close() {
        Client.await(server.close().eventually(vertx::close));
    }
}
