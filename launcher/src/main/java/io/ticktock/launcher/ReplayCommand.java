package io.ticktock.launcher;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.launcher.TimeSpanOptions.TimeSpan;
import io.ticktock.proto.v1.Divergence;
import io.ticktock.proto.v1.ReplayLifetimeResponse;
import java.io.PrintStream;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ticktock replay}. */
@Command(
        name = "replay",
        description = {
            "Decides a recorded lifetime anew, and shows that everything comes out the same, or the first that does not.",
            "Routing and guardrails are decided from the log, the records, and the policies of then. Nothing is written."
        },
        footer = {"", "Exit code 1 when anything does not agree or cannot be recomputed."})
final class ReplayCommand implements Callable<Integer> {

    private static final int MOST_LISTED = 1_000;

    private final Session session;

    @Parameters(paramLabel = "ID", arity = "0..1", description = "The lifetime.")
    private String id;

    @Option(names = "--all", description = "All lifetimes instead of one.")
    private boolean all;

    @Option(names = "--graph", paramLabel = "NAME", description = "With --all: only those of this graph.")
    private String graph = "";

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "With --all: only those that started since a time (2026-03-01T12:00:00Z), a date (UTC), or an"
                    + " age such as 7d, 12h, 30m.")
    private String since;

    @Mixin
    private FormatOption format;

    @Mixin
    private TargetOptions options;

    ReplayCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (all == (id != null)) {
            throw CommandFailure.usage("name one lifetime, or say --all");
        }
        if (!all && (since != null || !graph.isEmpty())) {
            throw CommandFailure.usage("--since and --graph go with --all");
        }
        Optional<LifetimeId> one = Optional.ofNullable(id).map(LifetimeId::parse);
        Optional<Instant> from =
                Optional.ofNullable(since).map(text -> PointInTime.parse("--since", text, Instant.now()));
        try (ReachedSystem system = options.toReplay(session)) {
            Client client = system.client();
            boolean agrees = one.isPresent()
                    ? replayOne(client, one.get())
                    : replayAll(new StartedWithin(client, graph, new TimeSpan(from, Optional.empty())));
            return (agrees ? ExitCode.COMPLETED : ExitCode.FAILED).number();
        }
    }

    private boolean replayOne(Client client, LifetimeId lifetimeId) {
        ReplayLifetimeResponse replayed = client.replay(lifetimeId);
        if (format.isJson()) {
            print(json(lifetimeId.toString(), replayed));
        } else {
            tell(lifetimeId.toString(), replayed);
        }
        return !replayed.hasDivergence();
    }

    private boolean replayAll(StartedWithin lifetimes) {
        Tally tally = new Tally();
        lifetimes.forEach(lifetime -> {
            session.interruption().stopIfRequested("all lifetimes were replayed");
            String lifetimeId = lifetime.getLifetimeId();
            ReplayLifetimeResponse replayed = lifetimes.client().replay(LifetimeId.parse(lifetimeId));
            tally.add(replayed);
            if (replayed.hasDivergence() && !format.isJson()) {
                tell(lifetimeId, replayed);
            } else if (replayed.hasDivergence() && tally.divergences.size() < MOST_LISTED) {
                tally.divergences.add(json(lifetimeId, replayed));
            }
        });
        if (format.isJson()) {
            print(tally.json());
        } else {
            out().println(tally);
        }
        if (tally.lifetimes == 0) {
            throw new CommandFailure(ExitCode.FAILED, "no lifetime was replayed: none matches");
        }
        return tally.agree == tally.lifetimes;
    }

    private void tell(String lifetimeId, ReplayLifetimeResponse replayed) {
        if (!replayed.hasDivergence()) {
            out().println("lifetime " + lifetimeId + ": " + replayed.getDecisions() + " decisions, "
                    + replayed.getEvents() + " events agree (" + replayed.getRoutings() + " routings, "
                    + replayed.getVerdicts() + " verdicts, " + replayed.getAdmissions() + " admissions by policies)");
            return;
        }
        Divergence divergence = replayed.getDivergence();
        out().println("lifetime " + lifetimeId + ": " + place(divergence) + divergence.getWhat());
        line("recorded:   ", divergence.getRecorded());
        line("recomputed: ", divergence.getRecomputed());
    }

    private static String place(Divergence divergence) {
        String event = divergence.getSeq() == 0 ? "" : "event " + divergence.getSeq();
        String node = divergence.getNodeId().isEmpty() ? "" : " of node " + divergence.getNodeId();
        String execution = divergence.getExecId().isEmpty() ? "" : ", execution " + divergence.getExecId() + node;
        return event.isEmpty() ? "" : event + execution + ": ";
    }

    private void line(String heading, String text) {
        if (!text.isEmpty()) {
            out().println("  " + heading + text);
        }
    }

    private static ObjectNode json(String lifetimeId, ReplayLifetimeResponse replayed) {
        ObjectNode json = Json.object();
        json.put("lifetime_id", lifetimeId);
        json.put("agrees", !replayed.hasDivergence());
        put(json, replayed);
        if (replayed.hasDivergence()) {
            Divergence divergence = replayed.getDivergence();
            ObjectNode first = json.putObject("divergence");
            first.put("seq", divergence.getSeq());
            first.put("exec_id", divergence.getExecId());
            first.put("node", divergence.getNodeId());
            first.put("what", divergence.getWhat());
            first.put("recorded", divergence.getRecorded());
            first.put("recomputed", divergence.getRecomputed());
        }
        return json;
    }

    private static void put(ObjectNode json, ReplayLifetimeResponse counts) {
        json.put("decisions", counts.getDecisions());
        json.put("events", counts.getEvents());
        json.put("routings", counts.getRoutings());
        json.put("verdicts", counts.getVerdicts());
        json.put("admissions", counts.getAdmissions());
    }

    private void print(ObjectNode json) {
        out().println(Json.text(json));
    }

    private PrintStream out() {
        return session.terminal().out();
    }

    /** What many replays come to. */
    private static final class Tally {

        private final ReplayLifetimeResponse.Builder sum = ReplayLifetimeResponse.newBuilder();
        private final ArrayNode divergences = Json.object().arrayNode();
        private long lifetimes;
        private long agree;

        private void add(ReplayLifetimeResponse replayed) {
            lifetimes++;
            agree += replayed.hasDivergence() ? 0 : 1;
            sum.setDecisions(sum.getDecisions() + replayed.getDecisions())
                    .setEvents(sum.getEvents() + replayed.getEvents())
                    .setRoutings(sum.getRoutings() + replayed.getRoutings())
                    .setVerdicts(sum.getVerdicts() + replayed.getVerdicts())
                    .setAdmissions(sum.getAdmissions() + replayed.getAdmissions());
        }

        private ObjectNode json() {
            ObjectNode json = Json.object();
            json.put("lifetimes", lifetimes);
            json.put("agree", agree);
            put(json, sum.build());
            json.set("divergences", divergences);
            return json;
        }

        @Override
        public String toString() {
            return agree + " of " + lifetimes + " lifetimes agree: " + sum.getDecisions() + " decisions, "
                    + sum.getEvents() + " events (" + sum.getRoutings() + " routings, " + sum.getVerdicts()
                    + " verdicts, " + sum.getAdmissions() + " admissions by policies)";
        }
    }
}
