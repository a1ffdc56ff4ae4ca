package io.ticktock.api.http;

import static io.ticktock.api.http.LifetimeJson.time;
import static io.ticktock.api.http.LifetimeJson.usd;
import static io.ticktock.api.http.LifetimeJson.word;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.Amounts;
import io.ticktock.proto.v1.ExecutionDelta;
import io.ticktock.proto.v1.FiredPolicy;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Paused;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Started;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.Waiting;
import java.util.List;
import java.util.Locale;

/** Events of a lifetime's log as JSON: what happened to which node and why, never what was passed between nodes. */
final class EventJson {

    private EventJson() {}

    /** Stable; such as {@code child_started}. */
    static String type(LifetimeEvent event) {
        return event.getEventCase().name().toLowerCase(Locale.ROOT);
    }

    /** What a handler says; the number of those before it that are missing only where there are any. */
    static ObjectNode of(ExecutionDelta delta) {
        ObjectNode json = JsonText.object();
        json.put("lifetime_id", delta.getLifetimeId());
        json.put("exec_id", delta.getExecId());
        json.put("node_id", delta.getNodeId());
        json.put("iteration", delta.getIteration());
        json.put("attempt", delta.getAttempt());
        json.put("number", delta.getNumber());
        json.put("text", delta.getText());
        if (delta.getDroppedChars() > 0) {
            json.put("dropped_chars", delta.getDroppedChars());
        }
        return json;
    }

    static ObjectNode of(LifetimeEvent event) {
        ObjectNode json = JsonText.object();
        json.put("seq", event.getSeq());
        json.put("time", time(event.getTime()));
        json.put("type", type(event));
        json.put("lifetime_id", event.getLifetimeId());
        switch (event.getEventCase()) {
            case STARTED -> started(json, event.getStarted());
            case SCHEDULED -> scheduled(json, event.getScheduled());
            case HELD -> {
                scheduled(json, event.getHeld().getScheduled());
                if (event.getHeld().hasVerdict()) {
                    verdict(json, event.getHeld().getVerdict());
                }
            }
            case WAITING -> waiting(json, event.getWaiting());
            case CHILD_STARTED -> {
                json.put("exec_id", event.getChildStarted().getExecId());
                json.put("child_lifetime_id", event.getChildStarted().getChildLifetimeId());
            }
            case WOKEN -> {
                json.put("exec_id", event.getWoken().getExecId());
                json.put(
                        "cause",
                        event.getWoken().getResumption().getCauseCase().name().toLowerCase(Locale.ROOT));
            }
            case ACCEPTED -> accepted(json, event.getAccepted());
            case FORKED -> {
                json.put("token_path", event.getForked().getTokenPath());
                json.put("exec_id", event.getForked().getPlanExecId());
                json.put("branches", event.getForked().getBranches());
            }
            case PARKED -> {
                json.put("token_path", event.getParked().getTokenPath());
                json.put("node", event.getParked().getPlanId());
            }
            case DIED -> json.put("token_path", event.getDied().getTokenPath());
            case JOINED -> {
                json.put("token_path", event.getJoined().getTokenPath());
                texts(json, "nodes", event.getJoined().getPlanIdsList());
            }
            case CANCELLED -> json.put("exec_id", event.getCancelled().getExecId());
            case PAUSED -> paused(json, event.getPaused());
            case RESUMED -> {
                json.put("reason", event.getResumed().getReason());
                json.put("actor", event.getResumed().getActor());
                amounts(json.putObject("added_budget"), event.getResumed().getAdded());
            }
            case COMPLETED ->
                json.put("exec_id", event.getCompleted().getOutput().getExecId());
            case FAILED -> {
                json.put("reason", event.getFailed().getReason());
                putUnlessEmpty(json, "exec_id", event.getFailed().getExecId());
            }
            case ABORTED -> {
                json.put("reason", event.getAborted().getReason());
                json.put("actor", event.getAborted().getActor());
            }
            case EVENT_NOT_SET -> {}
        }
        return json;
    }

    private static void started(ObjectNode json, Started started) {
        json.put("graph", started.getGraph().getName());
        json.put("version", started.getGraph().getVersion());
        json.put("actor", started.getActor());
        json.set("labels", LifetimeJson.labels(started.getLabelsMap()));
        if (started.hasDeadline()) {
            json.put("deadline", time(started.getDeadline()));
        }
        putUnlessEmpty(json, "parent_lifetime_id", started.getParentLifetimeId());
        putUnlessEmpty(json, "parent_exec_id", started.getParentExecId());
        if (started.hasFork()) {
            json.put("forked_from_lifetime_id", started.getFork().getLifetimeId());
            json.put("forked_from_exec_id", started.getFork().getExecId());
        }
    }

    private static void scheduled(ObjectNode json, Scheduled scheduled) {
        json.put("exec_id", scheduled.getExecId());
        json.put("node", scheduled.getNodeId());
        json.put("token_path", scheduled.getTokenPath());
        json.put("iteration", scheduled.getIteration());
        json.put("attempt", scheduled.getAttempt());
        if (scheduled.hasNotBefore()) {
            json.put("not_before", time(scheduled.getNotBefore()));
        }
        if (scheduled.hasRejection()) {
            verdict(json, scheduled.getRejection());
        }
    }

    private static void waiting(ObjectNode json, Waiting waiting) {
        json.put("exec_id", waiting.getExecId());
        if (waiting.hasTimeoutAt()) {
            json.put("timeout_at", time(waiting.getTimeoutAt()));
        }
        switch (waiting.getWaitCase()) {
            case UNTIL -> json.put("for", "time").put("until", time(waiting.getUntil()));
            case HUMAN -> json.put("for", "human");
            case CHILD ->
                json.put("for", "child").put("graph", waiting.getChild().getGraphName());
            case WORKER ->
                json.put("for", "worker").put("task_type", waiting.getWorker().getTaskType());
            case WAIT_NOT_SET -> {}
        }
    }

    private static void accepted(ObjectNode json, Accepted accepted) {
        json.put("exec_id", accepted.getExecId());
        json.put("status", word(accepted.getStatus().name(), LifetimeJson.EXECUTION_STATUS));
        json.put("tokens_used", accepted.getTelemetry().getTokensUsed());
        json.put("cost_usd", usd(accepted.getTelemetry().getCostMicros()));
        json.put("latency_ms", accepted.getTelemetry().getLatencyMs());
        json.put("result_size_bytes", accepted.getResultSizeBytes());
        texts(json, "next_task_ids", accepted.getNextTaskIdsList());
        if (accepted.hasError()) {
            ObjectNode error = json.putObject("error");
            error.put("code", accepted.getError().getCode());
            error.put("message", accepted.getError().getMessage());
        }
        if (accepted.hasVerdict()) {
            verdict(json, accepted.getVerdict());
        }
    }

    private static void paused(ObjectNode json, Paused paused) {
        json.put("reason", paused.getReason());
        json.put("actor", paused.getActor());
        ArrayNode spend = json.putArray("spend");
        paused.getSpendList().forEach(row -> amounts(spend.addObject().put("node", row.getNodeId()), row.getAmounts()));
    }

    private static void amounts(ObjectNode json, Amounts amounts) {
        json.put("executions", amounts.getExecutions());
        json.put("tokens_used", amounts.getTokensUsed());
        json.put("cost_usd", usd(amounts.getCostMicros()));
    }

    private static void verdict(ObjectNode json, Verdict verdict) {
        ObjectNode said = json.putObject("verdict");
        said.put("decision", word(verdict.getAction().name(), "GUARDRAIL_ACTION_"));
        said.put("reason", verdict.getReason());
        ArrayNode policies = said.putArray("policies");
        verdict.getFiredList().forEach(fired -> policy(policies.addObject(), fired));
    }

    /** A policy that had a say, and what it saw. */
    static void policy(ObjectNode json, FiredPolicy fired) {
        json.put("policy", fired.getName());
        json.put("decision", word(fired.getAction().name(), "GUARDRAIL_ACTION_"));
        json.put("scope", word(fired.getScope().name(), "POLICY_SCOPE_"));
        putUnlessEmpty(json, "message", fired.getMessage());
        putUnlessEmpty(json, "limit", fired.getLimit());
        putUnlessEmpty(json, "observed", fired.getObserved());
    }

    private static void texts(ObjectNode json, String field, List<String> texts) {
        ArrayNode list = json.putArray(field);
        texts.forEach(list::add);
    }

    private static void putUnlessEmpty(ObjectNode json, String field, String value) {
        if (!value.isEmpty()) {
            json.put(field, value);
        }
    }
}
