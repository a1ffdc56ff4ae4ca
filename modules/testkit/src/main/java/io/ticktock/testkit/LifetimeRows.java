package io.ticktock.testkit;

import io.ticktock.proto.v1.Started;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The rows of one lifetime.
 *
 * @param log in the order of seq
 */
record LifetimeRows(
        History.Lifetime lifetime,
        List<History.Event> log,
        List<History.Execution> executions,
        Optional<History.Waits> waits) {

    /** All lifetimes of a history, each with its own rows. */
    static List<LifetimeRows> of(History history) {
        Map<History.Key, List<History.Event>> events = byLifetime(history.events(), History.Event::key);
        Map<History.Key, List<History.Execution>> executions = byLifetime(history.executions(), History.Execution::key);
        Map<History.Key, History.Waits> waits =
                history.waits().map(LifetimeRows::byLifetime).orElse(Map.of());
        List<LifetimeRows> all = new ArrayList<>();
        for (History.Lifetime lifetime : history.lifetimes()) {
            History.Key key = lifetime.key();
            List<History.Event> log = new ArrayList<>(events.getOrDefault(key, List.of()));
            log.sort(Comparator.comparingLong(History.Event::seq));
            all.add(new LifetimeRows(
                    lifetime,
                    log,
                    executions.getOrDefault(key, List.of()),
                    history.waits().map(read -> waits.getOrDefault(key, History.Waits.NONE))));
        }
        return all;
    }

    private static Map<History.Key, History.Waits> byLifetime(History.Waits waits) {
        Map<History.Key, List<History.Timer>> timers = byLifetime(waits.timers(), History.Timer::key);
        Map<History.Key, List<History.PendingSignal>> signals = byLifetime(waits.signals(), History.PendingSignal::key);
        Map<History.Key, List<History.Question>> questions = byLifetime(waits.questions(), History.Question::key);
        Map<History.Key, List<History.Work>> work = byLifetime(waits.work(), History.Work::key);
        Map<History.Key, History.Waits> grouped = new LinkedHashMap<>();
        for (Map<History.Key, ?> part : List.of(timers, signals, questions, work)) {
            for (History.Key key : part.keySet()) {
                grouped.computeIfAbsent(
                        key,
                        same -> new History.Waits(
                                timers.getOrDefault(same, List.of()),
                                signals.getOrDefault(same, List.of()),
                                questions.getOrDefault(same, List.of()),
                                work.getOrDefault(same, List.of())));
            }
        }
        return grouped;
    }

    private static <R> Map<History.Key, List<R>> byLifetime(List<R> rows, Function<R, History.Key> key) {
        Map<History.Key, List<R>> grouped = new LinkedHashMap<>();
        rows.forEach(row -> grouped.computeIfAbsent(key.apply(row), name -> new ArrayList<>())
                .add(row));
        return grouped;
    }

    History.Key key() {
        return lifetime.key();
    }

    Started started() {
        return log.isEmpty() ? Started.getDefaultInstance() : log.get(0).event().getStarted();
    }

    /** Whether its log goes on from that of another lifetime, which may hold what it names. */
    boolean isFork() {
        return started().hasFork();
    }
}
