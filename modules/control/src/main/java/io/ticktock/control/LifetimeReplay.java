package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.graph.AgentGraph;
import io.ticktock.proto.v1.AgentLifetime;
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
import java.util.regex.Pattern;

/**
 * Decides recorded lifetimes anew and says whether everything comes out the same. Reads a page of the log at a time, and
 * decides aside from the event loop. Writes nothing.
 */
final class LifetimeReplay {

    /** Each holds a lifetime and a page of its log in memory. */
    private static final int MOST_AT_ONCE = 8;

    private static final int MOST_RECORDS = 1_000;
    /** The results that policies read again are in memory together. */
    private static final int MOST_QUESTIONS = 50;

    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final Vertx vertx;
    private final Bus bus;
    private final GraphCatalog graphs;
    private final LifetimeLoader loader;
    private int running;

    LifetimeReplay(Vertx vertx, Bus bus, GraphCatalog graphs, LifetimeLoader loader) {
        this.vertx = vertx;
        this.bus = bus;
        this.graphs = graphs;
        this.loader = loader;
    }

    /** NOT_FOUND when the tenant has no such lifetime, OVERLOADED when many are replayed here already. */
    Future<ReplayLifetimeResponse> replay(ReplayLifetimeRequest request) {
        if (running >= MOST_AT_ONCE) {
            return Future.failedFuture(new Failure(
                    FailureCode.OVERLOADED, running + " lifetimes are being replayed here; try again later"));
        }
        running++;
        LifetimeKey key = LifetimeKey.newBuilder()
                .setTenantId(request.getTenantId())
                .setLifetimeId(request.getLifetimeId())
                .build();
        return loader.page(key, 0)
                .compose(first -> begin(key, first))
                .map(ReplayedLog::outcome)
                .onComplete(done -> running--);
    }

    private Future<ReplayedLog> begin(LifetimeKey key, LoadLifetimeResponse first) {
        AgentLifetime head = first.getLifetime();
        return graphs.graph(head.getGraph()).compose(graph -> {
            Optional<Divergence> unfit = unfit(first, graph);
            if (unfit.isPresent()) {
                LifetimeState nothing = new LifetimeState(key.getTenantId(), key.getLifetimeId(), graph);
                ReplayedLog log = new ReplayedLog(nothing, head);
                log.diverge(unfit.get());
                return Future.succeededFuture(log);
            }
            return loader.beginning(head, graph, LifetimeLoader.startedOf(first))
                    .map(state -> new ReplayedLog(state, head))
                    .compose(log -> compareInput(key, first, log).compose(same -> goOn(key, log, List.of(), first)));
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

    private Future<Void> compareInput(LifetimeKey key, LoadLifetimeResponse first, ReplayedLog log) {
        ExamineLifetimeRequest request = ExamineLifetimeRequest.newBuilder()
                .setTenantId(key.getTenantId())
                .setLifetimeId(key.getLifetimeId())
                .setWithInput(true)
                .build();
        return bus.request(Addresses.STATE_EXAMINE_LIFETIME, request).map(examined -> {
            log.compareInput(first.getEvents(0), examined.getInput());
            return null;
        });
    }

    /** @param begun the events of a decision that the page before ended in */
    private Future<ReplayedLog> goOn(
            LifetimeKey key, ReplayedLog log, List<LifetimeEvent> begun, LoadLifetimeResponse page) {
        List<LifetimeEvent> events = new ArrayList<>(begun);
        events.addAll(page.getEventsList());
        List<RecordedDecision> decisions = RecordedDecision.of(events);
        boolean more = page.getMore();
        List<RecordedDecision> whole = more ? decisions.subList(0, decisions.size() - 1) : decisions;
        return records(key, whole)
                .compose(records -> vertx.executeBlocking(() -> log.decide(whole, records)))
                .compose(asked -> askAgain(log, asked, 0))
                .compose(answered -> {
                    if (log.hasDiverged() || !more) {
                        log.end();
                        return Future.succeededFuture(log);
                    }
                    List<LifetimeEvent> open =
                            decisions.get(decisions.size() - 1).events();
                    return loader.page(key, events.get(events.size() - 1).getSeq())
                            .compose(next -> goOn(key, log, open, next));
                });
    }

    /** Those that are stored, by exec_id. */
    private Future<Map<String, ExaminedRecord>> records(LifetimeKey key, List<RecordedDecision> decisions) {
        List<String> execIds = decisions.stream()
                .flatMap(decision -> decision.acceptedExecIds().stream())
                .filter(execId -> UUID.matcher(execId).matches())
                .toList();
        Map<String, ExaminedRecord> records = new HashMap<>();
        Future<Map<String, ExaminedRecord>> read = Future.succeededFuture(records);
        for (int from = 0; from < execIds.size(); from += MOST_RECORDS) {
            List<String> part = execIds.subList(from, Math.min(from + MOST_RECORDS, execIds.size()));
            read = read.compose(before -> examine(key, part, records));
        }
        return read;
    }

    private Future<Map<String, ExaminedRecord>> examine(
            LifetimeKey key, List<String> execIds, Map<String, ExaminedRecord> records) {
        ExamineLifetimeRequest request = ExamineLifetimeRequest.newBuilder()
                .setTenantId(key.getTenantId())
                .setLifetimeId(key.getLifetimeId())
                .addAllExecIds(execIds)
                .build();
        return bus.request(Addresses.STATE_EXAMINE_LIFETIME, request).map(examined -> {
            examined.getRecordsList()
                    .forEach(record ->
                            records.put(record.getReference().getHeaders().getExecId(), record));
            return records;
        });
    }

    private Future<Void> askAgain(ReplayedLog log, List<AskedAgain> asked, int from) {
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
            return askAgain(log, asked, from + MOST_QUESTIONS);
        });
    }
}
