package io.ticktock.launcher;

import static io.ticktock.bus.Addresses.*;

import io.ticktock.bus.Address;
import io.ticktock.proto.v1.CheckRequest;
import io.ticktock.proto.v1.CheckResponse;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which addresses each module needs of others, and who serves them: the module with whose word an address begins. */
final class ModuleAddresses {

    private static final List<Address<?, ?>> BLOB_NEEDS = List.of(STATE_FIND_UNREFERENCED_BLOBS, STATE_GET_QUOTAS);

    private static final List<Address<?, ?>> GUARDRAIL_NEEDS = List.of(
            STATE_GET_EXECUTIONS,
            STATE_GET_USAGE,
            STATE_GRANT_BUDGET,
            STATE_LIST_BUDGET_SLICES,
            STATE_REGISTER_POLICY_SET,
            STATE_GET_POLICY_SET,
            STATE_LIST_GRAPHS,
            BLOB_READ);

    private static final List<Address<?, ?>> EXECUTOR_NEEDS = List.of(
            STATE_APPEND_TASK,
            STATE_APPEND_PLAN,
            STATE_GET_EXECUTIONS,
            STATE_GET_GRAPH,
            STATE_GET_INPUT,
            STATE_GET_OUTPUT,
            BLOB_OPEN,
            BLOB_WRITE,
            BLOB_COMMIT,
            BLOB_ABANDON,
            BLOB_READ,
            CONTROL_REPORT_WAITING,
            CONTROL_REPORT_REFUSED_RECORD);

    private static final List<Address<?, ?>> CONTROL_NEEDS = List.of(
            STATE_HOLD_SHARDS,
            STATE_RELEASE_SHARDS,
            STATE_GET_QUOTAS,
            STATE_GET_GRAPH,
            STATE_CREATE_LIFETIME,
            STATE_APPEND_DECISION,
            STATE_LOAD_LIFETIME,
            STATE_GET_INPUT,
            STATE_FIND_EXECUTIONS,
            STATE_LIST_RUNNABLE,
            STATE_LIST_DUE,
            STATE_LIST_SUSPECTS,
            STATE_NOTE_RECOVERIES,
            STATE_SET_QUARANTINE,
            GUARDRAIL_VERDICT,
            GUARDRAIL_ADMIT,
            GUARDRAIL_RECOMPUTE,
            STATE_EXAMINE_LIFETIME,
            EXECUTOR_RUN_TASK,
            EXECUTOR_RUN_PLAN,
            EXECUTOR_HELD,
            EXECUTOR_EVALUATE_PLANS);

    private static final List<Address<?, ?>> API_NEEDS = List.of(
            STATE_REGISTER_GRAPH,
            STATE_GET_GRAPH,
            STATE_LIST_GRAPHS,
            STATE_LIST_GRAPH_VERSIONS,
            STATE_GET_LIFETIME,
            STATE_LIST_LIFETIMES,
            STATE_LIST_EXECUTIONS,
            STATE_GET_EXECUTIONS,
            STATE_FIND_EXECUTIONS,
            STATE_LIST_HISTORY,
            STATE_LIST_EVENTS,
            STATE_READ_STREAM,
            STATE_GET_OUTPUT,
            STATE_LIST_HUMAN_TASKS,
            STATE_GET_HUMAN_TASK,
            STATE_CLAIM_HUMAN_TASK,
            STATE_RELEASE_HUMAN_TASK,
            STATE_LIST_WAITING_WORK,
            EXECUTOR_EXAMINE_TASKS,
            EXECUTOR_TAKE_TASKS,
            EXECUTOR_CLAIM_TASKS,
            EXECUTOR_COMPLETE_TASK,
            EXECUTOR_RETURN_TASKS,
            BLOB_OPEN,
            BLOB_WRITE,
            BLOB_COMMIT,
            BLOB_ABANDON,
            BLOB_READ,
            GUARDRAIL_LIST_POLICIES,
            STATE_CREATE_WEBHOOK,
            STATE_GET_WEBHOOK,
            STATE_LIST_WEBHOOKS,
            STATE_UPDATE_WEBHOOK,
            STATE_DELETE_WEBHOOK,
            STATE_ROTATE_WEBHOOK_SECRET,
            STATE_ADD_DELIVERY,
            STATE_LIST_DELIVERIES,
            STATE_RETRY_DELIVERY,
            STATE_CLAIM_WEBHOOKS,
            STATE_LIST_DUE_DELIVERIES,
            STATE_COMMIT_DELIVERIES,
            STATE_GET_SPEND,
            STATE_CREATE_TENANT,
            STATE_GET_TENANT,
            STATE_LIST_TENANTS,
            STATE_UPDATE_TENANT,
            STATE_GET_QUOTAS,
            STATE_CREATE_API_KEY,
            STATE_LIST_API_KEYS,
            STATE_REVOKE_API_KEY,
            STATE_FIND_API_KEY,
            STATE_APPEND_AUDIT,
            STATE_LIST_AUDIT,
            STATE_CHECK,
            BLOB_CHECK,
            GUARDRAIL_CHECK,
            EXECUTOR_CHECK,
            CONTROL_CHECK,
            CONTROL_START,
            CONTROL_FORK,
            CONTROL_SIGNAL,
            CONTROL_REPLAY,
            CONTROL_REPLAY_PLANS);

    private ModuleAddresses() {}

    static List<Address<?, ?>> neededBy(SystemModule module) {
        return switch (module) {
            case STATE -> List.of();
            case BLOB -> BLOB_NEEDS;
            case GUARDRAIL -> GUARDRAIL_NEEDS;
            case EXECUTOR -> EXECUTOR_NEEDS;
            case CONTROL -> CONTROL_NEEDS;
            case API -> API_NEEDS;
        };
    }

    /** Refuses a choice of modules of which one needs an address that no chosen one serves. */
    static void requireServed(Set<SystemModule> chosen) {
        for (SystemModule module : chosen) {
            for (Address<?, ?> needed : neededBy(module)) {
                SystemModule server = serverOf(needed);
                if (!chosen.contains(server)) {
                    throw CommandFailure.usage("module " + module.word() + " needs the address " + needed.name()
                            + ", which module " + server.word() + " serves; add " + server.word() + " to the modules");
                }
            }
        }
    }

    /** The first address that this module needs and that one serves. */
    static Optional<Address<?, ?>> neededFrom(SystemModule server, SystemModule module) {
        return neededBy(module).stream()
                .filter(needed -> serverOf(needed) == server)
                .<Address<?, ?>>map(needed -> needed)
                .findFirst();
    }

    /** Where a module is asked whether it can work; whoever answers there serves the rest too. Empty where none needs it. */
    static Optional<Address<CheckRequest, CheckResponse>> checkOf(SystemModule module) {
        return switch (module) {
            case STATE -> Optional.of(STATE_CHECK);
            case BLOB -> Optional.of(BLOB_CHECK);
            case GUARDRAIL -> Optional.of(GUARDRAIL_CHECK);
            case EXECUTOR -> Optional.of(EXECUTOR_CHECK);
            case CONTROL -> Optional.of(CONTROL_CHECK);
            case API -> Optional.empty();
        };
    }

    private static SystemModule serverOf(Address<?, ?> address) {
        return SystemModule.ofWord(address.module())
                .orElseThrow(() -> new IllegalStateException("no module serves " + address.name()));
    }
}
