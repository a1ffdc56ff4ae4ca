package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.launcher.LifetimeHistory.NodeRun;
import io.ticktock.launcher.LifetimeHistory.Place;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.ExecutionError;
import io.ticktock.proto.v1.ExecutionStatus;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How paths are compared, as tables. A run is {@code NODE[@BRANCH]}, {@code NODE>CHOICE} or {@code NODE!ERROR}. */
class LifetimeDiffTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    a p>END             | a p>END             | alike 2 |
                    a p>b b             | a p>c c             | alike 1, p changed, b in A, c in B | p
                    a@0 a@1             | a@1 a@0             | alike 2 |
                    a                   | a p>END             | alike 1, p in B | p
                    a p>END             | a                   | alike 1, p in A | p
                    a!oops              | a                   | a changed | a
                    a!oops              | a!other             | a changed | a
                    p>b>c               | p>c>b               | p changed | p
                    x a                 | a y                 | alike 1, x in A, y in B | x
                    ''                  | ''                  | |
                    """)
    void pathsAreComparedByPlace(String a, String b, String expected, String first) {
        LifetimeDiff diff = LifetimeDiff.of(history("A", a), history("B", b));
        Stream<String> alike = diff.same() == 0 ? Stream.of() : Stream.of("alike " + diff.same());
        Stream<String> changed =
                diff.changed().stream().map(pair -> pair.a().place().nodeId() + " changed");
        Stream<String> onlyInA = diff.onlyInA().stream().map(run -> run.place().nodeId() + " in A");
        Stream<String> onlyInB = diff.onlyInB().stream().map(run -> run.place().nodeId() + " in B");
        String told = Stream.of(alike, changed, onlyInA, onlyInB)
                .flatMap(each -> each)
                .collect(Collectors.joining(", "));
        assertEquals(expected == null ? "" : expected, told);
        assertEquals(
                first == null ? "" : first,
                diff.first().map(difference -> difference.place().nodeId()).orElse(""));
        assertEquals(first == null, diff.samePath());
    }

    @Test
    void theSameRecordIsShared() {
        LifetimeHistory parent = history("A", "a p>a");
        LifetimeHistory fork = new LifetimeHistory(
                AgentLifetime.newBuilder().setLifetimeId("B").build(), parent.runs(), Duration.ZERO);
        LifetimeDiff diff = LifetimeDiff.of(parent, fork);
        assertEquals(2, diff.shared());
        assertEquals(0, diff.same());
        assertTrue(fork.runs().stream().allMatch(fork::isShared));
        assertTrue(parent.runs().stream().noneMatch(parent::isShared));
    }

    private static LifetimeHistory history(String lifetimeId, String runs) {
        List<NodeRun> all = Arrays.stream(runs.split(" "))
                .filter(run -> !run.isEmpty())
                .map(run -> run(lifetimeId, run))
                .toList();
        return new LifetimeHistory(
                AgentLifetime.newBuilder().setLifetimeId(lifetimeId).build(), all, Duration.ZERO);
    }

    private static NodeRun run(String lifetimeId, String text) {
        String[] error = text.split("!");
        String[] choices = error[0].split(">");
        String[] place = choices[0].split("@");
        Accepted.Builder accepted = Accepted.newBuilder()
                .setExecId(lifetimeId + text)
                .setStatus(ExecutionStatus.EXECUTION_STATUS_SUCCEEDED)
                .addAllNextTaskIds(List.of(choices).subList(1, choices.length));
        if (error.length > 1) {
            accepted.setStatus(ExecutionStatus.EXECUTION_STATUS_FAILED)
                    .setError(ExecutionError.newBuilder().setCode(error[1]));
        }
        return new NodeRun(new Place(place.length > 1 ? place[1] : "", place[0], 1, 1), lifetimeId, accepted.build());
    }
}
