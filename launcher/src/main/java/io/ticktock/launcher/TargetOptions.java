package io.ticktock.launcher;

import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.launcher.remote.ServerAccess;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Mixin;

/** The flags that say what a command works with: a data folder, or a server. */
final class TargetOptions {

    @Mixin
    private SystemOptions here;

    @Mixin
    private ServerOptions there;

    /** To read. */
    ReachedSystem toLookAt(Session session) {
        return reach(session, LocalSystem::toLookAt);
    }

    /** To decide anew what is recorded. */
    ReachedSystem toReplay(Session session) {
        return reach(session, LocalSystem::toReplay);
    }

    /** To change something. */
    ReachedSystem toSteer(Session session) {
        return reach(session, LocalSystem::toSteer);
    }

    /** To start something, and to see it to its end. */
    ReachedSystem toRun(Session session) {
        return reach(session, LocalSystem::startAll);
    }

    /** As above, of a graph that asks language models: where none is configured, a scripted one answers, which is said. */
    ReachedSystem toRunWithModel(Session session) {
        return reach(session, configuration -> {
            Configuration complete = configuration.withScriptedModel();
            if (complete.needsScriptedModel()) {
                session.terminal().err().println("ticktock: " + ScriptedModel.NOTICE);
            }
            return LocalSystem.startAll(complete);
        });
    }

    /** To make tenants and keys. */
    ReachedSystem toAdminister(Session session) {
        return reach(session, LocalSystem::toAdminister);
    }

    boolean isServer(Session session) {
        return access(session).isPresent();
    }

    private ReachedSystem reach(Session session, Function<Configuration, LocalSystem> local) {
        Optional<ServerAccess> server = access(session);
        Configuration configuration = here.configuration(session.environment());
        if (server.isEmpty()) {
            return local.apply(configuration);
        }
        warnOfPlainKey(server.get(), session);
        return RemoteSystem.of(server.get(), configuration);
    }

    private Optional<ServerAccess> access(Session session) {
        return there.access(session.environment(), here.flagOfFolder());
    }

    private static void warnOfPlainKey(ServerAccess server, Session session) {
        if (server.key().isPresent()
                && !server.address().tls()
                && !server.address().isLoopback()) {
            session.terminal()
                    .err()
                    .println("ticktock: warning: the key goes to " + server.address()
                            + " unencrypted, for everybody on the way to read; use https://");
        }
    }
}
