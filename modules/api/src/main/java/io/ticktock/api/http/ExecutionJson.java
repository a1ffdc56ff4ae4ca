package io.ticktock.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.GetExecutionsResponse;
import io.ticktock.proto.v1.PackedInputs;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.PlanResult;
import io.ticktock.proto.v1.TaskExecution;

/** The record of one execution as JSON, with its result. */
final class ExecutionJson {

    private ExecutionJson() {}

    /** The one that was found. */
    static ObjectNode of(GetExecutionsResponse found, String lifetimeId) {
        return found.getTasksCount() > 0 ? task(found.getTasks(0), lifetimeId) : plan(found.getPlans(0), lifetimeId);
    }

    private static ObjectNode task(TaskExecution task, String lifetimeId) {
        ExecutionReference.Builder reference = ExecutionReference.newBuilder()
                .setHeaders(task.getHeaders())
                .setTelemetry(task.getTelemetry())
                .setResultSizeBytes(size(task.getResult().getPayload()));
        if (task.hasError()) {
            reference.setError(task.getError());
        }
        ObjectNode json = LifetimeJson.execution(reference.build(), lifetimeId);
        json.set(
                "result",
                task.hasResult() ? LifetimeJson.payload(task.getResult().getPayload()) : null);
        return json;
    }

    private static ObjectNode plan(PlanExecution plan, String lifetimeId) {
        ExecutionReference.Builder reference = ExecutionReference.newBuilder()
                .setHeaders(plan.getHeaders())
                .setTelemetry(plan.getTelemetry())
                .setResultSizeBytes(size(plan.getResult()))
                .addAllNextTaskIds(plan.getResult().getNextTaskIdsList());
        if (plan.hasError()) {
            reference.setError(plan.getError());
        }
        ObjectNode json = LifetimeJson.execution(reference.build(), lifetimeId);
        ArrayNode arrived = json.putArray("arrived_exec_ids");
        plan.getArrivedExecIdsList().forEach(arrived::add);
        json.put("joined", plan.getJoined());
        json.set("result", plan.hasResult() ? result(plan.getResult()) : null);
        return json;
    }

    private static ObjectNode result(PlanResult result) {
        ObjectNode json = JsonText.object();
        ArrayNode next = json.putArray("next");
        for (int choice = 0; choice < result.getNextTaskIdsCount(); choice++) {
            ObjectNode chosen = next.addObject();
            chosen.put("task", result.getNextTaskIds(choice));
            chosen.set("input", input(result, choice));
        }
        json.put("explanation", result.getExplanation());
        return json;
    }

    /** Null when the Plan passed on what arrived. */
    private static JsonNode input(PlanResult result, int choice) {
        if (result.hasPackedInputs()) {
            return packed(result.getPackedInputs(), choice);
        }
        boolean isPassedOn = choice >= result.getInputsCount()
                || result.getInputs(choice).getContentCase() == Payload.ContentCase.CONTENT_NOT_SET;
        return isPassedOn ? NullNode.getInstance() : LifetimeJson.payload(result.getInputs(choice));
    }

    /** Which part of the blob it is. */
    private static JsonNode packed(PackedInputs packed, int choice) {
        if (choice >= packed.getSizesBytesCount() || packed.getSizesBytes(choice) < 0) {
            return NullNode.getInstance();
        }
        long offset = packed.getSizesBytesList().subList(0, choice).stream()
                .mapToLong(size -> Math.max(size, 0))
                .sum();
        return LifetimeJson.slice(packed.getBlob(), packed.getMediaType(), offset, packed.getSizesBytes(choice));
    }

    private static long size(PlanResult result) {
        return result.hasPackedInputs()
                ? result.getPackedInputs().getBlob().getSizeBytes()
                : result.getInputsList().stream().mapToLong(ExecutionJson::size).sum();
    }

    private static long size(Payload payload) {
        return payload.hasBlob()
                ? payload.getBlob().getSizeBytes()
                : payload.getInline().size();
    }
}
