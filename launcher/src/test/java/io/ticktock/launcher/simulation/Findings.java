package io.ticktock.launcher.simulation;

import io.ticktock.testkit.History;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the client, the ledger and the rows do not agree about. */
final class Findings {

    private final SimulatedSystem system;
    private final SimulatedClient client;
    private final History history;
    private final List<String> all = new ArrayList<>();

    Findings(SimulatedSystem system, SimulatedClient client, History history) {
        this.system = system;
        this.client = client;
        this.history = history;
    }

    List<String> all() {
        checkJournal();
        checkEffects();
        return all;
    }

    private void checkJournal() {
        Map<String, History.Lifetime> heads = history.lifetimes().stream()
                .collect(Collectors.toMap(row -> row.key().lifetimeId(), Function.identity()));
        for (SimulatedClient.Asked asked : client.asked()) {
            boolean exists = heads.containsKey(asked.lifetimeId);
            if (asked.started == SimulatedClient.Outcome.OK && !exists) {
                all.add("lifetime " + asked.lifetimeId + " was acknowledged and is not there");
            }
        }
    }

    private void checkEffects() {
        Set<String> scheduled = new HashSet<>();
        history.events().stream()
                .filter(row -> row.event().hasScheduled())
                .forEach(row -> scheduled.add(row.event().getScheduled().getExecId()));
        for (EffectLedger.Effect effect : system.ledger().effects()) {
            if (!scheduled.contains(effect.execId)) {
                all.add("effect of " + effect.execId + " of " + effect.lifetimeId + ", which was never scheduled");
            }
        }
        all.addAll(system.ledger().overlaps());
    }
}
