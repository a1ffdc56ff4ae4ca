package io.ticktock.launcher;

import io.ticktock.control.LifetimeState;
import io.ticktock.graph.AgentGraph;
import io.ticktock.launcher.crash.Journey;
import io.ticktock.launcher.crash.StoredRows;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.sdk.Json;
import io.ticktock.testkit.Evidence;
import io.ticktock.testkit.Evidence.Expectation;
import io.ticktock.testkit.History;
import io.ticktock.testkit.HistoryChecker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What is to be found once every journey should have ended. */
final class Aftermath {

    private static final Map<String, AgentGraph> GRAPHS =
            Journey.graphs().stream().collect(Collectors.toMap(AgentGraph::name, Function.identity()));

    private final Client client;
    private final StoredRows rows;
    private final Evidence evidence;
    private final int journeys;
    private final int leastDrivers;
    private final List<String> faults = new ArrayList<>();

    /**
     * @param evidence what else is known of the run
     * @param leastDrivers processes that must have decided something, or the others were killed too early to matter
     */
    Aftermath(Client client, StoredRows rows, Evidence evidence, int journeys, int leastDrivers) {
        this.client = client;
        this.rows = rows;
        this.evidence = evidence;
        this.journeys = journeys;
        this.leastDrivers = leastDrivers;
    }

    /** All that is wrong. */
    List<String> faults() {
        History history = rows.history();
        checkerOf(GRAPHS).check(history, complete(evidence)).forEach(violation -> faults.add(violation.toString()));
        Map<String, AgentLifetime> heads = history.lifetimes().stream()
                .collect(Collectors.toMap(row -> row.key().lifetimeId(), History.Lifetime::head));
        Map<String, Long> records = history.executions().stream()
                .filter(row -> !row.headers().getNodeId().equals(Journey.NODE_WITHOUT_CERTAIN_RECORD))
                .collect(Collectors.groupingBy(row -> row.key().lifetimeId(), Collectors.counting()));
        for (int number = 0; number < journeys; number++) {
            checkJourney(new Journey(number), heads, records);
        }
        checkChildren(heads, records);
        checkDrivers(history);
        return faults;
    }

    private Evidence complete(Evidence known) {
        return known.withBlobs(new HeldBlobs(client)::find)
                .expecting(new Expectation(
                        journeys, journeys, journeys, known.expectation().faults()));
    }

    /** A checker of lifetimes of these graphs, by name. */
    static HistoryChecker checkerOf(Map<String, AgentGraph> graphs) {
        return new HistoryChecker(events -> fold(graphs, events));
    }

    private static AgentLifetime fold(Map<String, AgentGraph> graphs, List<LifetimeEvent> events) {
        LifetimeEvent first = events.get(0);
        AgentGraph graph = graphs.get(first.getStarted().getGraph().getName());
        LifetimeState state = new LifetimeState(first.getTenantId(), first.getLifetimeId(), graph);
        events.forEach(state::apply);
        return state.head();
    }

    private void checkJourney(Journey journey, Map<String, AgentLifetime> heads, Map<String, Long> records) {
        String id = journey.id().toString();
        AgentLifetime head = heads.get(id);
        if (head == null) {
            faults.add(journey + " has no lifetime");
            return;
        }
        String name = journey + ", lifetime " + id + ": ";
        require(head.getStatus() == journey.endsAs(), name + head.getStatus() + " " + head.getReason());
        long recorded = records.getOrDefault(id, 0L);
        require(recorded == journey.records(), name + recorded + " records, not " + journey.records());
        Optional<Object> output = head.hasOutput() ? Optional.of(output(head)) : Optional.empty();
        require(output.equals(journey.output()), name + "gives " + output + ", not " + journey.output());
    }

    private Object output(AgentLifetime head) {
        return Json.parse(client.output(head.getOutput()).getOutput().getInline());
    }

    /** One a tour, however often it was asked for. */
    private void checkChildren(Map<String, AgentLifetime> heads, Map<String, Long> records) {
        List<AgentLifetime> children = heads.values().stream()
                .filter(head -> !head.getParentLifetimeId().isEmpty())
                .toList();
        long parents = children.stream()
                .map(AgentLifetime::getParentLifetimeId)
                .distinct()
                .count();
        require(children.size() == parents, children.size() + " children have " + parents + " parents");
        require(heads.size() == journeys + children.size(), heads.size() + " lifetimes, which are more than wanted");
        for (AgentLifetime child : children) {
            long recorded = records.getOrDefault(child.getLifetimeId(), 0L);
            require(recorded == Journey.RECORDS_OF_CHILD, "a child has " + recorded + " records:\n" + child);
        }
    }

    private void checkDrivers(History history) {
        long drivers =
                history.events().stream().map(History.Event::epoch).distinct().count();
        require(drivers >= leastDrivers, "only " + drivers + " processes decided anything");
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            faults.add(otherwise);
        }
    }
}
