package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.graph.AgentGraph;
import io.ticktock.proto.v1.Divergence;
import io.ticktock.proto.v1.ExamineLifetimeRequest;
import io.ticktock.proto.v1.ExaminedRecord;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.LoadLifetimeResponse;
import io.ticktock.proto.v1.RecomputeRequest;
import io.ticktock.proto.v1.ReplayLifetimeRequest;
import io.ticktock.proto.v1.ReplayLifetimeResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides recorded lifetimes anew and says whether everything comes out the same. Reads a page of the log at a time, and
 * decides aside from the event loop. Writes nothing.
 */
final class LifetimeReplay {

    private static final int MOST_RECORDS = 1_000;
    /** The results that policies read again are in memory together. */
    private static final int MOST_QUESTIONS = 50;

    private final Vertx vertx;
    private final Bus bus;
    private final LogReader logs;

    LifetimeReplay(Vertx vertx, Bus bus, GraphCatalog graphs, LifetimeLoader loader) {
        this.vertx = vertx;
        this.bus = bus;
        this.logs = new LogReader(graphs, loader);
    }

    /** NOT_FOUND when the tenant has no such lifetime, OVERLOADED when many are replayed here already. */
    Future<ReplayLifetimeResponse> replay(ReplayLifetimeRequest request) {
        return logs.read(request.getTenantId(), request.getLifetimeId(), this::replay)
                .map(ReplayedLog::outcome);
    }

    private Future<ReplayedLog> replay(LogReader.Log log) {
        Optional<Divergence> unfit = unfit(log.first(), log.graph());
        if (unfit.isPresent()) {
            LifetimeState nothing =
                    new LifetimeState(log.key().getTenantId(), log.key().getLifetimeId(), log.graph());
            ReplayedLog replayed = new ReplayedLog(nothing, log.head());
            replayed.diverge(unfit.get());
            return Future.succeededFuture(replayed);
        }
        return logs.beginning(log, log.graph()).compose(state -> {
            Reading reading = new Reading(log.key(), new ReplayedLog(state, log.head()));
            return reading.compareInput(log.first().getEvents(0))
                    .compose(compared -> logs.forEachPage(log, reading::take))
                    .map(read -> reading.end());
        });
    }

    private static Optional<Divergence> unfit(LoadLifetimeResponse first, AgentGraph graph) {
        if (first.getEventsCount() == 0) {
            return Optional.of(Divergences.ofLifetime("the lifetime has no log", "", ""));
        }
        LifetimeEvent event = first.getEvents(0);
        String digest = event.getStarted().getGraph().getDigest();
        if (event.hasStarted() && !digest.equals(graph.digest())) {
            return Optional.of(Divergences.of(
                    event, "", "the graph is not the one that the lifetime started with", digest, graph.digest()));
        }
        return Optional.empty();
    }

    /** One lifetime on its way from its first decision to its last. */
    private final class Reading {

        private final LifetimeKey key;
        private final ReplayedLog log;
        /** The events of a decision that the page before ended in. */
        private List<LifetimeEvent> begun = List.of();

        Reading(LifetimeKey key, ReplayedLog log) {
            this.key = key;
            this.log = log;
        }

        Future<Void> compareInput(LifetimeEvent first) {
            ExamineLifetimeRequest request = examination().setWithInput(true).build();
            return bus.request(Addresses.STATE_EXAMINE_LIFETIME, request).map(examined -> {
                log.compareInput(first, examined.getInput());
                return null;
            });
        }

        /** Whether the log is worth reading on. */
        Future<Boolean> take(LoadLifetimeResponse page) {
            List<RecordedDecision> decisions = wholeDecisions(page);
            return records(decisions)
                    .compose(records -> vertx.executeBlocking(() -> log.decide(decisions, records)))
                    .compose(asked -> askAgain(asked, 0))
                    .map(answered -> !log.hasDiverged());
        }

        /** The last one of a page may go on in the next. */
        private List<RecordedDecision> wholeDecisions(LoadLifetimeResponse page) {
            List<LifetimeEvent> events = new ArrayList<>(begun);
            events.addAll(page.getEventsList());
            List<RecordedDecision> decisions = RecordedDecision.of(events);
            if (!page.getMore()) {
                return decisions;
            }
            int last = decisions.size() - 1;
            begun = decisions.get(last).events();
            return decisions.subList(0, last);
        }

        ReplayedLog end() {
            log.end();
            return log;
        }

        /** Those that are stored, by exec_id. */
        private Future<Map<String, ExaminedRecord>> records(List<RecordedDecision> decisions) {
            List<String> execIds = decisions.stream()
                    .flatMap(decision -> decision.acceptedExecIds().stream())
                    .filter(ExecutionIds::isExecId)
                    .toList();
            Map<String, ExaminedRecord> records = new HashMap<>();
            Future<Map<String, ExaminedRecord>> read = Future.succeededFuture(records);
            for (int from = 0; from < execIds.size(); from += MOST_RECORDS) {
                List<String> part = execIds.subList(from, Math.min(from + MOST_RECORDS, execIds.size()));
                read = read.compose(before -> examine(part, records));
            }
            return read;
        }

        private Future<Map<String, ExaminedRecord>> examine(List<String> execIds, Map<String, ExaminedRecord> records) {
            ExamineLifetimeRequest request =
                    examination().addAllExecIds(execIds).build();
            return bus.request(Addresses.STATE_EXAMINE_LIFETIME, request).map(examined -> {
                examined.getRecordsList()
                        .forEach(record ->
                                records.put(record.getReference().getHeaders().getExecId(), record));
                return records;
            });
        }

        private ExamineLifetimeRequest.Builder examination() {
            return ExamineLifetimeRequest.newBuilder()
                    .setTenantId(key.getTenantId())
                    .setLifetimeId(key.getLifetimeId());
        }

        private Future<Void> askAgain(List<AskedAgain> asked, int from) {
            if (from >= asked.size()) {
                return Future.succeededFuture();
            }
            List<AskedAgain> part = asked.subList(from, Math.min(from + MOST_QUESTIONS, asked.size()));
            RecomputeRequest request = RecomputeRequest.newBuilder()
                    .addAllQuestions(part.stream().map(AskedAgain::question).toList())
                    .build();
            return bus.request(Addresses.GUARDRAIL_RECOMPUTE, request).compose(response -> {
                for (int i = 0; i < part.size(); i++) {
                    Optional<Divergence> divergence = part.get(i).compare(response.getAnswers(i));
                    if (divergence.isPresent()) {
                        log.divergeEarlier(divergence.get());
                        return Future.succeededFuture();
                    }
                    log.agreed(part.get(i));
                }
                return askAgain(asked, from + MOST_QUESTIONS);
            });
        }
    }
}
