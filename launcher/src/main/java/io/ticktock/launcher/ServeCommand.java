package io.ticktock.launcher;

import io.ticktock.launcher.configuration.Configuration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ticktock serve}: drives all lifetimes of a data folder until told to stop. */
@Command(
        name = "serve",
        description = {
            "Drives the lifetimes of a data folder until told to stop.",
            "SIGTERM and Ctrl-C let what is being recorded end first. Works on this machine alone: takes no --server."
        })
final class ServeCommand implements Callable<Integer> {

    private final Session session;

    @Option(
            names = "--modules",
            paramLabel = "A,B,…",
            description = "Modules to start: state, blob, guardrail, control, executor, api. Default: all.")
    private String modules;

    @Option(
            names = "--cluster",
            description = "Be one of several processes that are one system; where the others are, and what is"
                    + " encrypted, stands in the section 'cluster' of the configuration.")
    private boolean isMember;

    @Mixin
    private SystemOptions options;

    ServeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        Configuration configuration = options.configuration(session.environment(), modules, isMember);
        try (LocalSystem system = LocalSystem.serve(configuration, chosen(configuration))) {
            session.terminal().out().println("ticktock: ready, " + system.description());
            session.interruption().awaitRequest();
        }
        return ExitCode.COMPLETED.number();
    }

    private static Set<SystemModule> chosen(Configuration configuration) {
        Set<SystemModule> chosen = EnumSet.noneOf(SystemModule.class);
        for (String word : configuration.launcher().modules()) {
            chosen.add(SystemModule.ofWord(word)
                    .orElseThrow(() -> CommandFailure.usage("there is no module '" + word + "'; the modules are "
                            + String.join(", ", SystemModule.words()))));
        }
        return chosen;
    }
}
