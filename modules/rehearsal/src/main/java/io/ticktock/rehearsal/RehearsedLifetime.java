package io.ticktock.rehearsal;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.Answer;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.GetLifetimeRequest;
import io.ticktock.proto.v1.GetOutputRequest;
import io.ticktock.proto.v1.GetOutputResponse;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.proto.v1.ListEventsRequest;
import io.ticktock.proto.v1.ListExecutionsRequest;
import io.ticktock.proto.v1.ListExecutionsResponse;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import io.ticktock.sdk.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** A lifetime of a rehearsal. */
public final class RehearsedLifetime {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration NOTHING_COMES = Duration.ofSeconds(2);
    private static final int LOOK_AGAIN_MS = 2;
    private static final int EVENTS_PAGE = 1_000;
    private static final int EXECUTIONS_PAGE = 200;

    private final Rehearsal rehearsal;
    private final Bus bus;
    private final String id;

    RehearsedLifetime(Rehearsal rehearsal, Bus bus, String id) {
        this.rehearsal = rehearsal;
        this.bus = bus;
        this.id = id;
    }

    public String id() {
        return id;
    }

    /** Where it is now. */
    public AgentLifetime look() {
        return Waiting.result(bus.request(
                        Addresses.STATE_GET_LIFETIME,
                        GetLifetimeRequest.newBuilder()
                                .setTenantId(Rehearsal.TENANT)
                                .setLifetimeId(id)
                                .build()))
                .getLifetime();
    }

    /** Waits until nothing of it runs and it waits, for time to pass or for an answer. */
    public RehearsedLifetime awaitWaiting() throws InterruptedException {
        AgentLifetime head = await(lifetime -> lifetime.getParked() || lifetime.hasEndedAt());
        if (head.hasEndedAt()) {
            throw new AssertionError("the lifetime has ended and waits for nothing: " + told(head));
        }
        return this;
    }

    /**
     * Lets all time pass that it waits for, and gives its output: a tree of Map, List, String, Long, Double, Boolean and
     * null, or what arrived when it is no JSON. Throws AssertionError when it ends otherwise, or when it waits for what no
     * time brings.
     */
    public Object output() throws InterruptedException {
        AgentLifetime head = end();
        if (head.getStatus() != LifetimeStatus.LIFETIME_STATUS_COMPLETED) {
            throw new AssertionError("the lifetime is not completed: " + told(head));
        }
        GetOutputResponse output = Waiting.result(bus.request(
                Addresses.STATE_GET_OUTPUT,
                GetOutputRequest.newBuilder()
                        .setTenantId(Rehearsal.TENANT)
                        .setOutput(head.getOutput())
                        .build()));
        if (output.getJoinedCount() > 0) {
            return output.getJoinedList().stream()
                    .map(Value::of)
                    .map(Value::tree)
                    .toList();
        }
        return Value.of(output.getOutput()).tree();
    }

    /** As {@link #output}, for one that ends without success: why. */
    public String failure() throws InterruptedException {
        AgentLifetime head = end();
        if (head.getStatus() == LifetimeStatus.LIFETIME_STATUS_COMPLETED) {
            throw new AssertionError("the lifetime has not failed");
        }
        return head.getReason();
    }

    /** What has been recorded of it, oldest first: each attempt of each node, with status, telemetry and error. */
    public List<ExecutionReference> executions() {
        List<ExecutionReference> all = new ArrayList<>();
        String next = "";
        do {
            ListExecutionsResponse page = Waiting.result(bus.request(
                    Addresses.STATE_LIST_EXECUTIONS,
                    ListExecutionsRequest.newBuilder()
                            .setTenantId(Rehearsal.TENANT)
                            .setLifetimeId(id)
                            .setPageSize(EXECUTIONS_PAGE)
                            .setPageToken(next)
                            .build()));
            all.addAll(page.getExecutionsList());
            next = page.getNextPageToken();
        } while (!next.isEmpty());
        return all;
    }

    /** Answers what this node of type human asks, once it asks. */
    public RehearsedLifetime answer(String nodeId, Object tree) throws InterruptedException {
        awaitWaiting();
        String execId = question(nodeId)
                .orElseThrow(() -> new AssertionError("the lifetime waits, but not for an answer to " + nodeId));
        Signal signal = Signal.newBuilder()
                .setSignalId("answer-" + execId)
                .setTenantId(Rehearsal.TENANT)
                .setLifetimeId(id)
                .setAnswer(Answer.newBuilder()
                        .setExecId(execId)
                        .setPayload(Value.json(tree).payload()))
                .build();
        long before = look().getLastSeq();
        Waiting.result(bus.request(
                Addresses.CONTROL_SIGNAL.at(Shard.of(id)),
                SignalLifetimeRequest.newBuilder().setSignal(signal).build()));
        await(head -> head.getLastSeq() > before);
        return this;
    }

    /** The execution of this node that has asked last. */
    private Optional<String> question(String nodeId) {
        Map<String, String> nodes = new HashMap<>();
        Optional<String> asked = Optional.empty();
        for (LifetimeEvent event : events()) {
            if (event.hasScheduled()) {
                nodes.put(event.getScheduled().getExecId(), event.getScheduled().getNodeId());
            }
            if (event.getWaiting().hasHuman()
                    && nodeId.equals(nodes.get(event.getWaiting().getExecId()))) {
                asked = Optional.of(event.getWaiting().getExecId());
            }
        }
        return asked;
    }

    private List<LifetimeEvent> events() {
        List<LifetimeEvent> events = new ArrayList<>();
        List<LifetimeEvent> page;
        do {
            page = Waiting.result(bus.request(
                            Addresses.STATE_LIST_EVENTS,
                            ListEventsRequest.newBuilder()
                                    .setTenantId(Rehearsal.TENANT)
                                    .setLifetimeId(id)
                                    .setAfterSeq(events.size())
                                    .setPageSize(EVENTS_PAGE)
                                    .build()))
                    .getEventsList();
            events.addAll(page);
        } while (page.size() == EVENTS_PAGE);
        return events;
    }

    private AgentLifetime end() throws InterruptedException {
        long idleSince = System.nanoTime();
        while (true) {
            AgentLifetime head = await(lifetime -> lifetime.getParked() || lifetime.hasEndedAt());
            if (head.hasEndedAt()) {
                return head;
            }
            if (rehearsal.advanceToNextDue()) {
                idleSince = System.nanoTime();
            } else if (System.nanoTime() - idleSince > NOTHING_COMES.toNanos()) {
                throw new AssertionError("the lifetime waits for something that no time brings: " + told(head));
            }
            Thread.sleep(LOOK_AGAIN_MS);
        }
    }

    private AgentLifetime await(Predicate<AgentLifetime> sought) throws InterruptedException {
        long giveUpNanos = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            AgentLifetime head = look();
            if (sought.test(head)) {
                return head;
            }
            if (System.nanoTime() - giveUpNanos > 0) {
                throw new AssertionError(
                        "nothing happens any more within " + PATIENCE.toSeconds() + " s: " + told(head));
            }
            Thread.sleep(LOOK_AGAIN_MS);
        }
    }

    private static String told(AgentLifetime head) {
        String status = head.getStatus().name().replace("LIFETIME_STATUS_", "");
        return head.getReason().isEmpty() ? status : status + ", " + head.getReason();
    }
}
