package io.ticktock.launcher;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Shard;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphParser;
import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.launcher.configuration.Settings;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.ticktock.proto.v1.StartLifetimeResponse;
import io.ticktock.sdk.Json;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

/** Lifetimes of one tenant that make one call each to a service, under the tenant's budget. */
final class BudgetedCrowd {

    static final String TENANT = "crowd";

    /** Says at most what {@link MeteredService} says. */
    static final String CALL = """
            graph: call
            version: 1.0.0
            start: call
            tasks:
              call:
                type: http
                method: POST
                url: "${input.url}"
                telemetry: {tokens_used: "${body.tokens}", cost_usd: "${body.cost}"}
                limits: {max_tokens: 600, max_cost_usd: 0.25}
            plans:
              done: {type: next, next: END}
            edges:
              - call -> done
              - done -> END [FINAL]
            """;

    private static final long FIRST_MILLIS = 1_700_000_000_000L;

    private BudgetedCrowd() {}

    /** Arguments: the data folder, the policies, the service, how many lifetimes. Ends with its input. */
    public static void main(String[] arguments) throws IOException {
        Configuration configuration = configuration(Path.of(arguments[0]), Path.of(arguments[1]));
        try (LocalSystem system = LocalSystem.startAll(configuration)) {
            System.out.println(CrashingSystem.READY);
            system.clientOf(TENANT).register(graph());
            start(system.bus(), arguments[2], IntStream.range(0, Integer.parseInt(arguments[3])));
            while (System.in.read() >= 0) {
                // Nothing is said to it.
            }
        }
    }

    static Configuration configuration(Path folder, Path policies) {
        return Configuration.of(Settings.shipped()
                .with("launcher.data_folder", folder.toString(), "--data")
                .with("guardrail.policies", policies.toString(), "--set")
                .with("executor.http.allowed_addresses", "127.0.0.0/8", "--set"));
    }

    static AgentGraph graph() {
        return GraphParser.parse("call.yaml", CALL.getBytes(StandardCharsets.UTF_8), TENANT);
    }

    /** All at once; those that are there already stay as they are. */
    static List<Future<StartLifetimeResponse>> start(Bus bus, String url, IntStream numbers) {
        Payload input =
                Payload.newBuilder().setInline(Json.write(Map.of("url", url))).build();
        return numbers.mapToObj(number -> StartLifetimeRequest.newBuilder()
                        .setTenantId(TENANT)
                        .setLifetimeId(id(number).toString())
                        .setGraphName("call")
                        .setGraphVersion("1.0.0")
                        .setInput(input)
                        .build())
                .map(request -> bus.request(
                        Addresses.CONTROL_START.at(Shard.of(UUID.fromString(request.getLifetimeId()))), request))
                .toList();
    }

    static LifetimeId id(int number) {
        return LifetimeId.parse(
                new UUID((FIRST_MILLIS + number) << 16 | 0x7000L, 0x8000_0000_0000_0000L | number * 11L).toString());
    }
}
