package io.ticktock.executor;

import io.ticktock.executor.BlobValues.BlobValue;
import io.ticktock.graph.expression.VariableUse;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.InputSources;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.sdk.Arrival;
import io.ticktock.sdk.Value;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Follows the references of one attempt's input; what is in the blob store is noted and left unread. */
final class Resolution {

    private static final Future<Value> UNUSED = Future.succeededFuture();

    private final Records records;
    private final BlobValues blobs;
    private final BlobClient client;
    private final ExecutionHeaders headers;
    private final InputSources sources;
    private final Set<BlobContent> contents = new LinkedHashSet<>();

    Resolution(Records records, BlobValues blobs, BlobClient client, ExecutionHeaders headers, InputSources sources) {
        this.records = records;
        this.blobs = blobs;
        this.client = client;
        this.headers = headers;
        this.sources = sources;
    }

    /** What has to be read before all values can be looked at. */
    Set<BlobContent> contents() {
        return contents;
    }

    /**
     * The inputs of a Task.
     *
     * @param readsInput whether its handler looks at what the Plan passed
     */
    Future<ResolvedInput> task(VariableUse use, boolean readsInput) {
        boolean start = sources.getPlanExecId().isEmpty();
        Future<Value> input = use.input() || (start && readsInput) ? lifetimeInput() : UNUSED;
        Future<Value> plan = !start && (use.plan() || readsInput) ? chosen() : UNUSED;
        Future<Map<String, Value>> results = results(use);
        return all(input, plan, results)
                .map(all -> new ResolvedInput(
                        use,
                        input.result(),
                        plan.result(),
                        null,
                        List.of(),
                        results.result(),
                        List.of(),
                        start ? input.result() : plan.result(),
                        headers.getIteration()));
    }

    /**
     * The inputs of a Plan.
     *
     * @param readsArrivals whether its handler looks at what arrived
     */
    Future<ResolvedInput> plan(VariableUse use, boolean readsArrivals) {
        boolean reads = use.result() || use.joined() || readsArrivals;
        Future<Value> input = use.input() ? lifetimeInput() : UNUSED;
        Future<List<Arrival>> arrivals = reads ? arrivals() : Future.succeededFuture(List.of());
        Future<Map<String, Value>> results = results(use);
        return all(input, arrivals, results)
                .map(all -> arrived(use, input.result(), arrivals.result(), results.result()));
    }

    /** Most often everything is at hand. */
    private static Future<?> all(Future<?> input, Future<?> arrived, Future<?> results) {
        boolean done = input.succeeded() && arrived.succeeded() && results.succeeded();
        return done ? input : Future.all(input, arrived, results);
    }

    private ResolvedInput arrived(VariableUse use, Value input, List<Arrival> arrivals, Map<String, Value> results) {
        boolean joined = sources.getJoined();
        Value result = joined || arrivals.isEmpty() ? null : arrivals.get(0).value();
        List<Value> branches = joined ? arrivals.stream().map(Arrival::value).toList() : List.of();
        return new ResolvedInput(use, input, null, result, branches, results, arrivals, null, headers.getIteration());
    }

    private Future<Value> lifetimeInput() {
        return records.lifetimeInput(headers).map(input -> input.inline().orElseGet(() -> blob(input.payload())));
    }

    /** What the Plan passed to this choice. */
    private Future<Value> chosen() {
        return records.plan(headers, sources.getPlanExecId()).compose(plan -> chosen(plan, sources.getChoice()));
    }

    private Future<Value> chosen(RecordedPlan plan, int choice) {
        Optional<Payload> payload = plan.payload(choice);
        if (payload.isPresent()) {
            return Future.succeededFuture(payload.get().hasBlob() ? blob(payload.get()) : Value.of(payload.get()));
        }
        return plan.packed(choice)
                .map(range -> Future.succeededFuture(packed(range)))
                .orElseGet(() -> passedOn(plan));
    }

    /** What arrived at the Plan and went on unchanged. */
    private Future<Value> passedOn(RecordedPlan plan) {
        List<String> execIds = plan.execution().getArrivedExecIdsList();
        if (execIds.isEmpty()) {
            return lifetimeInput();
        }
        return records.tasks(headers, execIds)
                .map(tasks -> asJudged(tasks, plan.execution().getRejectedMap()))
                .map(tasks -> plan.execution().getJoined() ? Value.list(values(tasks)) : value(tasks.get(0)));
    }

    private Future<List<Arrival>> arrivals() {
        return records.tasks(headers, sources.getArrivedExecIdsList())
                .map(tasks -> asJudged(tasks, sources.getRejectedMap()))
                .map(tasks -> tasks.stream().map(this::arrival).toList());
    }

    /** The records with those as failures that guardrails rejected, by exec_id with the reason. */
    private static List<RecordedTask> asJudged(List<RecordedTask> tasks, Map<String, String> rejected) {
        if (rejected.isEmpty()) {
            return tasks;
        }
        return tasks.stream()
                .map(task -> {
                    String reason = rejected.get(task.execution().getHeaders().getExecId());
                    return reason == null ? task : task.rejected(reason);
                })
                .toList();
    }

    private Arrival arrival(RecordedTask task) {
        TaskExecution execution = task.execution();
        return new Arrival(
                execution.getHeaders().getNodeId(),
                value(task),
                execution.hasError() ? Optional.of(execution.getError()) : Optional.empty());
    }

    private Future<Map<String, Value>> results(VariableUse use) {
        if (use.results().isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        Map<String, String> execIds = new LinkedHashMap<>();
        for (String node : use.results()) {
            String execId = sources.getResultsOrDefault(node, "");
            if (!execId.isEmpty()) {
                execIds.put(node, execId);
            }
        }
        return records.tasks(headers, List.copyOf(execIds.values())).map(tasks -> byNode(execIds, tasks));
    }

    private Map<String, Value> byNode(Map<String, String> execIds, List<RecordedTask> tasks) {
        Map<String, Value> results = new LinkedHashMap<>();
        for (String node : execIds.keySet()) {
            results.put(node, value(tasks.get(results.size())));
        }
        return results;
    }

    private List<Value> values(List<RecordedTask> tasks) {
        List<Value> values = new ArrayList<>(tasks.size());
        tasks.forEach(task -> values.add(value(task)));
        return values;
    }

    private Value value(RecordedTask task) {
        return task.inline().orElseGet(() -> blob(task.payload()));
    }

    private Value blob(Payload payload) {
        BlobValue found = blobs.of(headers.getTenantId(), payload);
        if (!found.content().isRead()) {
            contents.add(found.content());
        }
        return found.value();
    }

    private Value packed(RecordedPlan.Range range) {
        BlobContent content = new BlobContent(
                range.length(), () -> client.read(headers.getTenantId(), range.uri(), range.offset(), range.length()));
        contents.add(content);
        return Value.later(range.mediaType(), range.length(), content::bytes);
    }
}
