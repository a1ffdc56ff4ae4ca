package io.ticktock.launcher;

import static io.ticktock.bus.Addresses.STATE_FIND_EXECUTIONS;
import static io.ticktock.bus.Addresses.STATE_LIST_HISTORY;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.ticktock.guardrail.simulation.RecordedEvent;
import io.ticktock.proto.v1.ExecutionKey;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.FindExecutionsRequest;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.LifetimeEvent.EventCase;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.LifetimeLog;
import io.ticktock.proto.v1.ListHistoryRequest;
import io.ticktock.proto.v1.ListHistoryResponse;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The logs of many lifetimes: one page of them is in memory, and one is on its way meanwhile. */
final class RecordedHistory {

    private static final int MOST_KEYS = 10_000;

    private final Client client;
    private LifetimeKey lifetime = LifetimeKey.getDefaultInstance();
    private Map<String, ExecutionReference> rejectedRecords = Map.of();
    /** Of the lifetime before: it is judged to its end when the next one begins. */
    private Map<String, ExecutionReference> rejectedBefore = Map.of();

    RecordedHistory(Client client) {
        this.client = client;
    }

    /** Every event that was asked for, in order. {@code betweenPages} may throw to stop. */
    void forEach(ListHistoryRequest request, Consumer<RecordedEvent> taker, Runnable betweenPages) {
        Future<ListHistoryResponse> coming = client.request(STATE_LIST_HISTORY, request);
        while (coming != null) {
            ListHistoryResponse page = Client.await(coming);
            coming = page.hasAfter() ? client.request(STATE_LIST_HISTORY, after(request, page)) : null;
            page.getLogsList().forEach(log -> take(log, taker));
            betweenPages.run();
        }
    }

    /** Log by log, so that events are taken while they are in the processor's caches. */
    private void take(LifetimeLog log, Consumer<RecordedEvent> taker) {
        if (!log.getLifetime().equals(lifetime)) {
            lifetime = log.getLifetime();
            rejectedBefore = rejectedRecords;
            rejectedRecords = new HashMap<>();
        }
        List<RecordedEvent> events = events(log);
        findRejected(log.getLifetime(), events);
        events.forEach(taker);
    }

    /** Of the lifetime that is being taken: the record of an execution that guardrails rejected. */
    ExecutionReference rejectedRecord(String execId) {
        ExecutionReference record = rejectedRecords.getOrDefault(execId, rejectedBefore.get(execId));
        if (record == null) {
            throw new IllegalStateException("there is no record of the rejected execution " + execId);
        }
        return record;
    }

    private static ListHistoryRequest after(ListHistoryRequest request, ListHistoryResponse page) {
        return request.toBuilder()
                .setAfter(page.getAfter())
                .setAfterSeq(page.getAfterSeq())
                .build();
    }

    private static List<RecordedEvent> events(LifetimeLog log) {
        List<RecordedEvent> events = new ArrayList<>();
        ByteString packed = log.getEvents();
        ByteBuffer sizes = packed.asReadOnlyByteBuffer();
        try {
            for (int at = 0; at < packed.size(); ) {
                int begin = at + Integer.BYTES;
                at = begin + sizes.getInt(at);
                events.add(RecordedEvent.read(packed.substring(begin, at)));
            }
            return events;
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a recorded event cannot be read", e);
        }
    }

    private void findRejected(LifetimeKey lifetime, List<RecordedEvent> events) {
        FindExecutionsRequest.Builder request = FindExecutionsRequest.newBuilder();
        for (RecordedEvent event : events) {
            if (event.kind() == EventCase.ACCEPTED
                    && event.verdict() == GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION) {
                request.addKeys(ExecutionKey.newBuilder()
                        .setTenantId(lifetime.getTenantId())
                        .setLifetimeId(lifetime.getLifetimeId())
                        .setExecId(event.execId()));
            }
            if (request.getKeysCount() == MOST_KEYS) {
                find(request);
            }
        }
        if (request.getKeysCount() > 0) {
            find(request);
        }
    }

    private void find(FindExecutionsRequest.Builder request) {
        client.ask(STATE_FIND_EXECUTIONS, request.build())
                .getExecutionsList()
                .forEach(record -> rejectedRecords.put(record.getHeaders().getExecId(), record));
        request.clearKeys();
    }
}
