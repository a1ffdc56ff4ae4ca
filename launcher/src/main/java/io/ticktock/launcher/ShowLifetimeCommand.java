package io.ticktock.launcher;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.Totals;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ticktock lifetimes show}. */
@Command(name = "show", description = "Shows one lifetime: its state, its output, and what it waits for.")
final class ShowLifetimeCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(paramLabel = "ID", description = "The lifetime.")
    private String id;

    @Mixin
    private FormatOption format;

    @Mixin
    private TargetOptions options;

    ShowLifetimeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        LifetimeId lifetimeId = LifetimeId.parse(id);
        try (ReachedSystem system = options.toLookAt(session)) {
            AgentLifetime lifetime = system.client().lifetime(lifetimeId);
            OpenWaits waits = new OpenWaits();
            SpendByNode spend = new SpendByNode();
            system.client().forEachEvent(lifetimeId, event -> {
                waits.take(event);
                spend.take(event);
            });
            List<OpenWaits.Question> questions = waits.questions();
            LifetimeReport report = new LifetimeReport(system.client(), system.payloads());
            PrintStream out = session.terminal().out();
            if (format.isJson()) {
                ObjectNode json = json(report, lifetime, questions);
                spend.putInto(json);
                out.println(Json.text(json));
            } else {
                print(report, lifetime, questions, out);
                spend.print(out);
            }
        }
        return ExitCode.COMPLETED.number();
    }

    private static ObjectNode json(LifetimeReport report, AgentLifetime lifetime, List<OpenWaits.Question> questions) {
        ObjectNode json = report.json(lifetime);
        json.put("created_at", ProtoTime.instant(lifetime.getCreatedAt()).toString());
        json.put(
                "ended_at",
                lifetime.hasEndedAt() ? ProtoTime.instant(lifetime.getEndedAt()).toString() : null);
        ArrayNode open = json.putArray("questions");
        for (OpenWaits.Question question : questions) {
            ObjectNode entry = open.addObject();
            entry.put("exec_id", question.execId());
            entry.put("node", question.nodeId());
            entry.put("prompt", question.request().getPrompt());
            entry.set(
                    "form_schema",
                    Json.parse(question.request().getFormSchema()).orElse(null));
        }
        return json;
    }

    private static void print(
            LifetimeReport report, AgentLifetime lifetime, List<OpenWaits.Question> questions, PrintStream out) {
        Totals totals = lifetime.getTotals();
        out.println("lifetime    " + lifetime.getLifetimeId());
        out.println("graph       " + lifetime.getGraph().getName() + ' '
                + lifetime.getGraph().getVersion());
        out.println("status      " + LifetimeReport.status(lifetime.getStatus())
                + (lifetime.getReason().isEmpty() ? "" : ": " + Terminal.line(lifetime.getReason())));
        if (!lifetime.getQuarantine().isEmpty()) {
            out.println("set aside   " + Terminal.line(lifetime.getQuarantine()));
        }
        if (LifetimeReport.isFork(lifetime)) {
            out.println("forked from " + lifetime.getForkedFromLifetimeId() + " at execution "
                    + lifetime.getForkedFromExecId() + "; what follows is its own");
        }
        out.println("started     " + ProtoTime.instant(lifetime.getCreatedAt()));
        if (lifetime.hasEndedAt()) {
            out.println("ended       " + ProtoTime.instant(lifetime.getEndedAt()));
        }
        out.println("executions  " + totals.getExecutions());
        out.println("tokens      " + totals.getTokensUsed());
        out.println("cost        $" + LifetimeReport.usd(totals.getCostMicros()).toPlainString());
        for (OpenWaits.Question question : questions) {
            out.println("waits for   an answer to " + question.nodeId() + " (execution " + question.execId() + "): "
                    + question.request().getPrompt());
        }
        if (lifetime.hasOutput()) {
            out.println("output");
            report.printOutput(lifetime, out);
        }
    }
}
