package io.ticktock.api.operation;

import static io.ticktock.api.operation.Operation.AUTHORS;
import static io.ticktock.api.operation.Operation.changing;
import static io.ticktock.api.operation.Operation.reading;

import com.google.protobuf.ByteString;
import io.ticktock.api.access.Caller;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphFaults;
import io.ticktock.graph.GraphParser;
import io.ticktock.graph.settings.McpSettings;
import io.ticktock.proto.v1.ExamineTasksRequest;
import io.ticktock.proto.v1.ExamineTasksResponse;
import io.ticktock.proto.v1.GetGraphRequest;
import io.ticktock.proto.v1.GetGraphResponse;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.ListGraphVersionsRequest;
import io.ticktock.proto.v1.ListGraphVersionsResponse;
import io.ticktock.proto.v1.ListGraphsRequest;
import io.ticktock.proto.v1.ListGraphsResponse;
import io.ticktock.proto.v1.RegisterGraphRequest;
import io.vertx.core.Future;
import java.util.List;

/** Registers and reads graphs. */
public final class GraphOperations {

    private static final String FILE = "graph";
    private static final ExamineTasksResponse UNEXAMINED = ExamineTasksResponse.newBuilder()
            .addWarnings("what its Tasks ask of servers could not be checked now")
            .build();

    private final Bus bus;

    /** Takes the text of a graph file for canonical; whatever it says of its name and digest is found anew. */
    public final Operation<RegisterGraphRequest, RegisteredGraph> register;

    public final Operation<RegisterGraphRequest, RegisteredGraph> validate;
    public final Operation<GetGraphRequest, GetGraphResponse> get;
    public final Operation<ListGraphsRequest, ListGraphsResponse> list;
    public final Operation<ListGraphVersionsRequest, ListGraphVersionsResponse> versions;

    public GraphOperations(Bus bus) {
        this.bus = bus;
        this.register = changing("graphs.register", AUTHORS, request -> "graphs", this::register);
        this.validate = reading("graphs.validate", this::validate);
        this.get = reading("graphs.get", (caller, request) -> bus.request(Addresses.STATE_GET_GRAPH, request));
        this.list = reading("graphs.list", (caller, request) -> bus.request(Addresses.STATE_LIST_GRAPHS, request));
        this.versions = reading(
                "graphs.versions", (caller, request) -> bus.request(Addresses.STATE_LIST_GRAPH_VERSIONS, request));
    }

    private Future<RegisteredGraph> register(Caller caller, RegisterGraphRequest request) {
        AgentGraph graph = parse(caller, request);
        return examined(caller, graph).compose(examined -> {
            RegisterGraphRequest registered = RegisterGraphRequest.newBuilder()
                    .setGraph(examined.graph())
                    .setCanonical(ByteString.copyFromUtf8(graph.canonical()))
                    .build();
            return bus.request(Addresses.STATE_REGISTER_GRAPH, registered).map(examined);
        });
    }

    private Future<RegisteredGraph> validate(Caller caller, RegisterGraphRequest request) {
        return examined(caller, parse(caller, request));
    }

    /** What its Tasks ask of others is looked up there, as far as these answer; when nobody does, it is taken all the same. */
    private Future<RegisteredGraph> examined(Caller caller, AgentGraph graph) {
        GraphReference reference = reference(caller, graph);
        boolean asksOthers = graph.nodes().values().stream().anyMatch(node -> node.settings() instanceof McpSettings);
        if (!asksOthers) {
            return Future.succeededFuture(new RegisteredGraph(reference, List.of()));
        }
        ExamineTasksRequest request = ExamineTasksRequest.newBuilder()
                .setTenantId(caller.tenantId())
                .setGraph(ByteString.copyFromUtf8(graph.canonical()))
                .build();
        return bus.request(Addresses.EXECUTOR_EXAMINE_TASKS, request)
                .otherwise(UNEXAMINED)
                .map(found -> new RegisteredGraph(reference, warnings(found)));
    }

    private static List<String> warnings(ExamineTasksResponse found) {
        if (found.getFaultsCount() > 0) {
            throw new Failure(FailureCode.INVALID_ARGUMENT, String.join("\n", found.getFaultsList()));
        }
        return List.copyOf(found.getWarningsList());
    }

    private static AgentGraph parse(Caller caller, RegisterGraphRequest request) {
        try {
            return GraphParser.parse(FILE, request.getCanonical().toByteArray(), caller.tenantId());
        } catch (GraphFaults faults) {
            throw new Failure(FailureCode.INVALID_ARGUMENT, faults.getMessage(), faults);
        }
    }

    private static GraphReference reference(Caller caller, AgentGraph graph) {
        return GraphReference.newBuilder()
                .setTenantId(caller.tenantId())
                .setName(graph.name())
                .setVersion(graph.version())
                .setDigest(graph.digest())
                .build();
    }
}
