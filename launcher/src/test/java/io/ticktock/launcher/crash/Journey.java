package io.ticktock.launcher.crash;

import com.google.protobuf.ByteString;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphParser;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.proto.v1.Payload;
import io.ticktock.sdk.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/** One of the suite's lifetimes. Everything about it follows from its number: id, graph, input, and how it must end. */
public record Journey(int number) {

    public static final String TENANT = "crash";

    /** Where {@code sleep} loses the race it may still be on its way, so it may or may not leave a record. */
    public static final String NODE_WITHOUT_CERTAIN_RECORD = "sleep";

    /** Executions of {@code crash-child}. */
    public static final int RECORDS_OF_CHILD = 5;

    private static final long FIRST_MILLIS = 1_700_000_000_000L;
    private static final long LARGE_SIZE = 4_000;

    private enum Kind {
        TOUR,
        ROUNDS,
        DOOMED
    }

    /** All graphs, those that are asked for by others among them. */
    public static List<AgentGraph> graphs() {
        return Stream.of("child", "tour", "rounds", "doomed")
                .map(Journey::graph)
                .toList();
    }

    private static AgentGraph graph(String name) {
        String file = name + ".yaml";
        try (InputStream content = Journey.class.getResourceAsStream(file)) {
            return GraphParser.parse(file, content.readAllBytes(), TENANT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Kind kind() {
        if (number % 8 == 7) {
            return Kind.DOOMED;
        }
        return number % 2 == 0 ? Kind.TOUR : Kind.ROUNDS;
    }

    /** Whether it asks people something. */
    public boolean asks() {
        return kind() == Kind.TOUR;
    }

    public UUID id() {
        return new UUID((FIRST_MILLIS + number) << 16 | 0x7000L, 0x8000_0000_0000_0000L | number * 11L);
    }

    public String graphName() {
        return switch (kind()) {
            case TOUR -> "crash-tour";
            case ROUNDS -> "crash-rounds";
            case DOOMED -> "crash-doomed";
        };
    }

    public Payload input() {
        // In an order that does not change from one process to the next: the same request again has the same text.
        Map<String, Object> input = new TreeMap<>(Map.of(
                "number",
                number,
                "branches",
                branches(),
                "pause",
                pauseMs() + "ms",
                "size",
                LARGE_SIZE,
                "rounds",
                rounds()));
        return Payload.newBuilder().setInline(Json.write(input)).build();
    }

    /** What a person says when this node asks. */
    public ByteString answer(String nodeId) {
        return Json.write(Map.of("answer", nodeId.equals("ask") ? number : 1));
    }

    public LifetimeStatus endsAs() {
        return kind() == Kind.DOOMED ? LifetimeStatus.LIFETIME_STATUS_FAILED : LifetimeStatus.LIFETIME_STATUS_COMPLETED;
    }

    /** Its output as a tree; empty when it has none. */
    public Optional<Object> output() {
        return switch (kind()) {
            case TOUR ->
                Optional.of(Map.of(
                        "failed",
                        1L,
                        "child",
                        2 * sumOfBranches(),
                        "of",
                        (long) number,
                        "size",
                        LARGE_SIZE,
                        "answers",
                        number + 1L,
                        "winner",
                        (long) number));
            case ROUNDS -> Optional.of(Map.of("total", rounds() * (rounds() - 1L) / 2));
            case DOOMED -> Optional.empty();
        };
    }

    /** How many executions of it are recorded, {@link #NODE_WITHOUT_CERTAIN_RECORD} left out. */
    public int records() {
        return switch (kind()) {
            case TOUR -> recordsOfBranches() + 15;
            case ROUNDS -> recordsOfRounds();
            case DOOMED -> 3;
        };
    }

    private int branches() {
        return 3 + number % 5;
    }

    /** Long ones leave memory meanwhile, short ones do not. */
    private int pauseMs() {
        return 150 + number % 6 * 100;
    }

    private int rounds() {
        return 3 + number % 4;
    }

    /** All but the one that fails for good. */
    private long sumOfBranches() {
        return branches() * (branches() - 1L) / 2 - 1;
    }

    private int recordsOfBranches() {
        int records = 0;
        for (int branch = 0; branch < branches(); branch++) {
            records += branch == 1 ? 3 : branch % 3 + 1;
        }
        return records;
    }

    private int recordsOfRounds() {
        int records = 2;
        for (int round = 0; round < rounds(); round++) {
            records += round % 3 + 1 + 3;
        }
        return records;
    }
}
