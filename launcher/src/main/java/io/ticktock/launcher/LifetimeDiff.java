package io.ticktock.launcher;

import io.ticktock.launcher.LifetimeHistory.NodeRun;
import io.ticktock.launcher.LifetimeHistory.Place;
import io.ticktock.proto.v1.Accepted;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the paths of two lifetimes differ: by branch, node, iteration and attempt, not by the order in which branches
 * happened to go on.
 *
 * @param shared how many executions are the very same records, since one is a fork of the other or both of a third
 * @param same how many further ones came out alike
 * @param onlyInA runs that the second lifetime does not have, in the order of the first's log
 * @param onlyInB the reverse
 * @param changed runs of both that ended or chose differently
 * @param first where the paths part, by the first's log; empty when they are the same
 */
record LifetimeDiff(
        int shared,
        int same,
        List<NodeRun> onlyInA,
        List<NodeRun> onlyInB,
        List<Pair> changed,
        Optional<Difference> first) {

    /** The same run of the same node in both. */
    record Pair(NodeRun a, NodeRun b) {}

    /** A place, and what both did there, as far as they got there. */
    record Difference(Place place, Optional<NodeRun> a, Optional<NodeRun> b) {

        static Difference of(NodeRun a, NodeRun b) {
            return new Difference((a == null ? b : a).place(), Optional.ofNullable(a), Optional.ofNullable(b));
        }
    }

    static LifetimeDiff of(LifetimeHistory a, LifetimeHistory b) {
        Map<Place, NodeRun> remaining = new LinkedHashMap<>();
        b.runs().forEach(run -> remaining.put(run.place(), run));
        int shared = 0;
        int same = 0;
        List<NodeRun> onlyInA = new ArrayList<>();
        List<Pair> changed = new ArrayList<>();
        Difference first = null;
        for (NodeRun run : a.runs()) {
            NodeRun other = remaining.remove(run.place());
            if (other != null && other.execId().equals(run.execId())) {
                shared++;
                continue;
            }
            if (other != null && isAlike(run.accepted(), other.accepted())) {
                same++;
                continue;
            }
            first = first == null ? Difference.of(run, other) : first;
            if (other == null) {
                onlyInA.add(run);
            } else {
                changed.add(new Pair(run, other));
            }
        }
        List<NodeRun> onlyInB = List.copyOf(remaining.values());
        if (first == null && !onlyInB.isEmpty()) {
            first = Difference.of(null, onlyInB.get(0));
        }
        return new LifetimeDiff(
                shared, same, List.copyOf(onlyInA), onlyInB, List.copyOf(changed), Optional.ofNullable(first));
    }

    boolean samePath() {
        return first.isEmpty();
    }

    private static boolean isAlike(Accepted one, Accepted other) {
        return one.getStatus() == other.getStatus()
                && one.getNextTaskIdsList().equals(other.getNextTaskIdsList())
                && one.getError().getCode().equals(other.getError().getCode());
    }
}
