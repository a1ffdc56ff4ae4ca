package io.ticktock.control;

import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.Scheduled;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** One unit of control flow. It stands at a node, waits at a join, or is suspended while the scope it opened runs. */
final class Token {

    final String path;
    /** The scope it lives in; the root scope has no opener. */
    final Scope scope;
    /** Its place among the branches of the scope. */
    final int branch;

    private final Map<String, Integer> iterations = new HashMap<>();
    private final Map<String, String> results = new LinkedHashMap<>();
    private final Map<String, NodeProgress> progress = new TreeMap<>();
    private int steps;

    /** The scope it opened and waits for, else null. */
    Scope opened;
    /** The join at which it is parked, else null. */
    String parkedAt;
    /** The attempt that was accepted last and has not moved the token on yet, else null. */
    Attempt arrivedWith;
    /** What was accepted then. */
    Accepted accepted;
    /** What it is to run next once the lifetime goes on and guardrails admit it, else null. */
    Scheduled held;
    /** The latest accepted attempt's id; what a join hands to its Plan. */
    String lastExecId;

    Token(String path, Scope scope, int branch, int steps) {
        this.path = path;
        this.scope = scope;
        this.branch = branch;
        this.steps = steps;
    }

    /** A further token that goes on where this one stood, when several joins of its scope fire. */
    Token twin(String twinPath) {
        Token twin = new Token(twinPath, scope, branch, steps);
        twin.results.putAll(results);
        return twin;
    }

    int iterationsOf(String nodeId) {
        return iterations.getOrDefault(nodeId, 0);
    }

    /** How many node runs led here, those of the tokens it descends from included. */
    int steps() {
        return steps;
    }

    /** A further attempt at the iteration that it is in, or at the same one anew in a fork, is no further step. */
    void enter(String nodeId, int iteration) {
        if (iteration > iterationsOf(nodeId)) {
            iterations.put(nodeId, iteration);
            steps++;
        }
        settle();
    }

    /** Forgets what it arrived with: it has moved on. */
    void settle() {
        arrivedWith = null;
        accepted = null;
        held = null;
    }

    void hold(Scheduled scheduled) {
        settle();
        held = scheduled;
    }

    void arrive(Attempt attempt, Accepted with) {
        arrivedWith = attempt;
        accepted = with;
        lastExecId = attempt.execId();
    }

    /** How the node goes on with this attempt of it. */
    NodeProgress progressWith(String nodeId, int iteration, PolicyTelemetry telemetry) {
        return progress.getOrDefault(nodeId, NodeProgress.NONE).with(iteration, telemetry);
    }

    void remember(String nodeId, NodeProgress latest) {
        progress.put(nodeId, latest);
    }

    void remember(String nodeId, String execId) {
        results.put(nodeId, execId);
    }

    /** The latest accepted execution of each of these nodes on this token's branch, then on the enclosing ones. */
    Map<String, String> resultsOf(Set<String> nodeIds) {
        Map<String, String> found = new LinkedHashMap<>();
        for (String nodeId : nodeIds) {
            for (Token token = this; token != null; token = token.scope.opener) {
                String execId = token.results.get(nodeId);
                if (execId != null) {
                    found.put(nodeId, execId);
                    break;
                }
            }
        }
        return found;
    }

    @Override
    public String toString() {
        return "token[" + path + " steps=" + steps + " iterations=" + new TreeMap<>(iterations)
                + " results=" + results
                + " progress=" + progress + (parkedAt == null ? "" : " parked at " + parkedAt)
                + (opened == null ? "" : " opened " + opened)
                + (held == null ? "" : " held before " + held.getNodeId() + " attempt " + held.getExecId())
                + (arrivedWith == null ? "" : " arrived with " + lastExecId) + "]";
    }
}
