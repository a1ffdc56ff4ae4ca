package io.ticktock.state;

import com.google.protobuf.Message;
import io.ticktock.proto.v1.GetOutputRequest;
import io.ticktock.proto.v1.GetOutputResponse;
import io.ticktock.proto.v1.OutputReference;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.TaskExecution;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Resolves the reference to a lifetime's output, as its tenant. */
final class OutputRepository {

    private final Database database;
    private final ExecutionRepository<TaskExecution> tasks;
    private final ExecutionRepository<PlanExecution> plans;

    OutputRepository(
            Database database, ExecutionRepository<TaskExecution> tasks, ExecutionRepository<PlanExecution> plans) {
        this.database = database;
        this.tasks = tasks;
        this.plans = plans;
    }

    Future<GetOutputResponse> get(GetOutputRequest request) {
        OutputReference output = request.getOutput();
        LifetimeIdentity lifetime = LifetimeIdentity.of(request.getTenantId(), output.getLifetimeId());
        UUID execId = Checks.execution(output.getExecId());
        return database.ofTenant(lifetime.tenantId(), query -> switch (output.getKind()) {
            case NODE_KIND_PLAN ->
                require(plans, query, lifetime, execId)
                        .compose(execution -> ofPlan(query, lifetime, execution, output.getChoice()));
            case NODE_KIND_TASK, NODE_KIND_UNSPECIFIED, UNRECOGNIZED ->
                require(tasks, query, lifetime, execId).map(Outputs::of);
        });
    }

    private Future<GetOutputResponse> ofPlan(
            Query query, LifetimeIdentity lifetime, PlanExecution execution, int choice) {
        Optional<GetOutputResponse> own = Outputs.of(execution, choice);
        if (own.isPresent()) {
            return Future.succeededFuture(own.get());
        }
        List<UUID> arrived = execution.getArrivedExecIdsList().stream()
                .map(Checks::execution)
                .toList();
        return tasks.read(query, lifetime, arrived)
                .map(records -> Outputs.arrived(execution, inOrder(arrived, records)));
    }

    private static List<TaskExecution> inOrder(List<UUID> execIds, Map<UUID, TaskExecution> records) {
        return execIds.stream().map(records::get).filter(Objects::nonNull).toList();
    }

    private static <E extends Message> Future<E> require(
            ExecutionRepository<E> repository, Query query, LifetimeIdentity lifetime, UUID execId) {
        return repository.read(query, lifetime, List.of(execId)).map(records -> {
            E execution = records.get(execId);
            if (execution == null) {
                throw Refusal.noLifetime(lifetime.lifetimeId());
            }
            return execution;
        });
    }
}
