package io.ticktock.launcher;

import io.ticktock.bus.Lineage;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.ForkOrigin;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Scheduled;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a lifetime ran, from its log: a fork's begins with what it shares.
 *
 * @param lifetime its head row
 * @param runs the accepted executions, in the order of their acceptance
 * @param wall from the start of the lifetime itself to its latest event
 */
record LifetimeHistory(AgentLifetime lifetime, List<NodeRun> runs, Duration wall) {

    /** As many executions as one lifetime may have in reasonable memory; a longer history is refused. */
    private static final int MOST_RUNS = 1_000_000;

    /** Which run of which node, whichever lifetime it is of. */
    record Place(String tokenPath, String nodeId, int iteration, int attempt) {}

    /** An accepted execution, and the lifetime that recorded it. */
    record NodeRun(Place place, String lifetimeId, Accepted accepted) {

        String execId() {
            return accepted.getExecId();
        }
    }

    static LifetimeHistory of(Client client, LifetimeId id) {
        List<NodeRun> runs = new ArrayList<>();
        AgentLifetime lifetime = client.lifetime(id);
        Duration wall = read(client, id, Long.MAX_VALUE, 0, runs);
        return new LifetimeHistory(lifetime, List.copyOf(runs), wall);
    }

    /** Whether the lifetime has it from what it is a fork of. */
    boolean isShared(NodeRun run) {
        return !run.lifetimeId().equals(lifetime.getLifetimeId());
    }

    /** Gives the time from the first to the last event. */
    private static Duration read(Client client, LifetimeId id, long upTo, int depth, List<NodeRun> runs) {
        Map<String, Place> scheduled = new HashMap<>();
        List<Instant> firstAndLast = new ArrayList<>();
        client.forEachEvent(id, event -> {
            if (event.getSeq() <= upTo) {
                take(client, event, depth, scheduled, runs);
                Instant time = ProtoTime.instant(event.getTime());
                if (firstAndLast.isEmpty()) {
                    firstAndLast.add(time);
                    firstAndLast.add(time);
                }
                firstAndLast.set(1, time);
            }
        });
        return firstAndLast.isEmpty() ? Duration.ZERO : Duration.between(firstAndLast.get(0), firstAndLast.get(1));
    }

    private static void take(
            Client client, LifetimeEvent event, int depth, Map<String, Place> scheduled, List<NodeRun> runs) {
        if (event.getStarted().hasFork()) {
            readShared(client, event.getStarted().getFork(), depth + 1, runs);
        } else if (event.hasScheduled()) {
            scheduled.put(event.getScheduled().getExecId(), placeOf(event.getScheduled()));
        } else if (event.hasAccepted()) {
            Place place = scheduled.remove(event.getAccepted().getExecId());
            runs.add(new NodeRun(place, event.getLifetimeId(), event.getAccepted()));
            if (runs.size() > MOST_RUNS) {
                throw new CommandFailure(
                        ExitCode.FAILED,
                        "lifetime " + event.getLifetimeId() + " has more than " + MOST_RUNS + " executions");
            }
        }
    }

    private static void readShared(Client client, ForkOrigin origin, int depth, List<NodeRun> runs) {
        if (depth > Lineage.MOST_ANCESTORS) {
            throw new IllegalStateException("forks of forks go no deeper than " + Lineage.MOST_ANCESTORS);
        }
        read(client, LifetimeId.parse(origin.getLifetimeId()), origin.getSeq(), depth, runs);
    }

    private static Place placeOf(Scheduled scheduled) {
        return new Place(
                scheduled.getTokenPath(), scheduled.getNodeId(), scheduled.getIteration(), scheduled.getAttempt());
    }
}
