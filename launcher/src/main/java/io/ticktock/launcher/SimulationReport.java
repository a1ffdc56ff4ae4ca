package io.ticktock.launcher;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.guardrail.policy.Phase;
import io.ticktock.guardrail.policy.PolicySet;
import io.ticktock.guardrail.simulation.Divergence;
import io.ticktock.guardrail.simulation.SimulationFigures;
import io.ticktock.proto.v1.FiredPolicy;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.LifetimeEvent;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What a simulation found: divergences while it goes on, since there may be many, and the figures at its end. */
final class SimulationReport {

    static final int USUALLY_LISTED = 20;

    private static final String UNKNOWN = "What follows a lifetime's first divergence is unknown: nothing further of it"
            + " was judged. Avoided is what it spent on executions begun after that, if nothing else had changed.";

    private static final int MICROS_DIGITS = 6;

    /** What the draft would have done at a first divergence. */
    private enum Outcome {
        REJECTED(GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION),
        PAUSED(GuardrailAction.GUARDRAIL_ACTION_PAUSE_LIFETIME),
        ABORTED(GuardrailAction.GUARDRAIL_ACTION_ABORT_LIFETIME),
        ALLOWED(GuardrailAction.GUARDRAIL_ACTION_ALLOW);

        private final GuardrailAction action;

        Outcome(GuardrailAction action) {
            this.action = action;
        }

        private long count(SimulationFigures figures) {
            return figures.divergences(action);
        }
    }

    private final PrintStream out;
    private final boolean isJson;
    private final boolean listsAll;
    private long listed;

    SimulationReport(PrintStream out, boolean isJson, boolean listsAll) {
        this.out = out;
        this.isJson = isJson;
        this.listsAll = listsAll;
    }

    /** One JSON object is written in parts. */
    void begin() {
        if (isJson) {
            out.print("{\"divergences\":[");
        }
    }

    void list(Divergence divergence) {
        if (!listsAll && listed == USUALLY_LISTED) {
            return;
        }
        if (isJson) {
            out.print((listed == 0 ? "" : ",") + Json.text(json(divergence)));
        } else {
            out.println(text(divergence));
        }
        listed++;
    }

    private static String text(Divergence divergence) {
        LifetimeEvent event = divergence.event();
        String place = divergence.phase() == Phase.ADMIT ? "before" : "after";
        String why = divergence.isLaxer()
                ? ""
                : ": " + Terminal.line(divergence.draft().getReason());
        return event.getLifetimeId() + " event " + event.getSeq() + ", " + place + " "
                + divergence.attempt().node() + ": "
                + word(divergence.draft().getAction()) + " instead of "
                + word(divergence.recorded()) + why.replaceAll("\\p{Cntrl}", " ");
    }

    private static ObjectNode json(Divergence divergence) {
        LifetimeEvent event = divergence.event();
        ObjectNode json = Json.object();
        json.put("tenant", event.getTenantId());
        json.put("lifetime_id", event.getLifetimeId());
        json.put("seq", event.getSeq());
        json.put("time", ProtoTime.instant(event.getTime()).toString());
        json.put("phase", divergence.phase().name().toLowerCase(Locale.ROOT));
        json.put("node", divergence.attempt().node());
        json.put("exec_id", divergence.execId());
        json.put("iteration", divergence.attempt().iteration());
        json.put("attempt", divergence.attempt().number());
        json.put("recorded", word(divergence.recorded()));
        json.put("draft", word(divergence.draft().getAction()));
        json.put("reason", divergence.draft().getReason());
        ArrayNode policies = json.putArray("policies");
        divergence.draft().getFiredList().stream().map(FiredPolicy::getName).forEach(policies::add);
        return json;
    }

    void end(PolicySet draft, SimulationFigures figures, SimulatePoliciesCommand.Clocks took) {
        if (isJson) {
            // The rest of the object that was begun.
            out.println("]," + Json.text(json(draft, figures, took)).substring(1));
        } else {
            print(draft, figures, took);
        }
    }

    private void print(PolicySet draft, SimulationFigures figures, SimulatePoliciesCommand.Clocks took) {
        long diverged = diverged(figures);
        if (listed < diverged) {
            out.println("… and " + (diverged - listed) + " lifetimes more; --all lists them");
        }
        if (diverged > 0) {
            out.println();
        }
        Table table = new Table("POLICY", "ACTION", "FIRED");
        draft.ofLogs()
                .actions()
                .forEach((name, action) ->
                        fired(figures, name, action).forEach((asked, count) -> table.row(name, word(asked), count)));
        table.print(out);
        if (!leftOut(draft).isEmpty()) {
            out.println("left out, since the log of a lifetime does not tell what they look at: "
                    + String.join(", ", leftOut(draft)));
        }
        out.println();
        out.println(figures.lifetimes() + " lifetimes with " + figures.executions() + " executions, of which "
                + figures.judged() + " were judged"
                + (figures.forks() == 0 ? "" : "; none of " + figures.forks() + " forks"));
        out.println(diverged + " lifetimes would have gone otherwise: " + Outcome.REJECTED.count(figures)
                + " rejected, " + Outcome.PAUSED.count(figures) + " paused, " + Outcome.ABORTED.count(figures)
                + " aborted, " + Outcome.ALLOWED.count(figures) + " not stopped where they were");
        out.println("avoided: " + figures.avoidedExecutions() + " executions, " + figures.avoidedTokens() + " tokens, "
                + new BigDecimal(figures.avoidedMicros(), MICROS_DIGITS).toPlainString() + " USD");
        out.println(UNKNOWN);
        out.println(seconds(took.wall()) + " s, "
                + took.cpu().map(SimulationReport::seconds).orElse(BigDecimal.ZERO) + " s of processor time");
    }

    private ObjectNode json(PolicySet draft, SimulationFigures figures, SimulatePoliciesCommand.Clocks took) {
        ObjectNode json = Json.object();
        json.put("more_divergences", diverged(figures) - listed);
        json.put("policy_digest", draft.digest());
        ArrayNode policies = json.putArray("policies");
        draft.ofLogs()
                .actions()
                .forEach((name, action) -> fired(figures, name, action)
                        .forEach((asked, count) -> policies.addObject()
                                .put("name", name)
                                .put("action", word(asked))
                                .put("fired", count)));
        leftOut(draft).forEach(json.putArray("left_out")::add);
        json.put("lifetimes", figures.lifetimes());
        json.put("forks", figures.forks());
        json.put("executions", figures.executions());
        json.put("judged_executions", figures.judged());
        ObjectNode first = json.putObject("diverged_lifetimes");
        for (Outcome outcome : Outcome.values()) {
            first.put(outcome.name().toLowerCase(Locale.ROOT), outcome.count(figures));
        }
        ObjectNode avoided = json.putObject("avoided_if_nothing_else_had_changed");
        avoided.put("executions", figures.avoidedExecutions());
        avoided.put("tokens_used", figures.avoidedTokens());
        avoided.put("cost_micros", figures.avoidedMicros());
        json.put("note", UNKNOWN);
        json.put("seconds", seconds(took.wall()));
        took.cpu().ifPresent(cpu -> {
            json.put("cpu_seconds", seconds(cpu));
            json.put("executions_per_cpu_s", Math.round(figures.executions() / (cpu.toNanos() / 1e9)));
        });
        took.databaseCpu().ifPresent(cpu -> json.put("database_cpu_seconds", seconds(cpu)));
        return json;
    }

    /** Policies that are not tried out. */
    private static Set<String> leftOut(PolicySet draft) {
        Set<String> names = new TreeSet<>(draft.actions().keySet());
        names.removeAll(draft.ofLogs().actions().keySet());
        return names;
    }

    /** What it asks for comes first; when it could not be evaluated, it asked for more. */
    private static Map<GuardrailAction, Long> fired(SimulationFigures figures, String name, GuardrailAction action) {
        return figures.fired().getOrDefault(name, Map.of(action, 0L));
    }

    private static long diverged(SimulationFigures figures) {
        return Stream.of(Outcome.values())
                .mapToLong(outcome -> outcome.count(figures))
                .sum();
    }

    private static String word(GuardrailAction action) {
        return action.name().substring("GUARDRAIL_ACTION_".length());
    }

    private static BigDecimal seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toNanos(), 9).setScale(3, RoundingMode.HALF_UP);
    }
}
