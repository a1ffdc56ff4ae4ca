package io.ticktock.launcher;

import io.ticktock.api.ApiConfiguration;
import io.ticktock.api.ApiVerticle;
import io.ticktock.api.event.FeedBounds;
import io.ticktock.blob.BlobStore;
import io.ticktock.blob.BlobVerticle;
import io.ticktock.blob.FileBlobStore;
import io.ticktock.blob.S3BlobStore;
import io.ticktock.control.ControlConfiguration;
import io.ticktock.control.ControlVerticle;
import io.ticktock.executor.AddedTypes;
import io.ticktock.executor.Executor;
import io.ticktock.executor.ExecutorVerticle;
import io.ticktock.executor.secret.SecretStore;
import io.ticktock.guardrail.GuardrailConfiguration;
import io.ticktock.guardrail.GuardrailVerticle;
import io.ticktock.launcher.configuration.BlobSection;
import io.ticktock.launcher.configuration.ExecutorSection;
import io.ticktock.llm.Llm;
import io.ticktock.mcp.McpServers;
import io.ticktock.mcp.McpType;
import io.ticktock.mcp.ToolExamination;
import io.ticktock.state.StateConfiguration;
import io.ticktock.state.StateVerticle;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.List;

/** The table of modules: how each is built. */
final class ModuleTable {

    private static final String OPERATING_TENANT = "default";

    private ModuleTable() {}

    static VerticleDefinition definition(SystemModule module, Wiring wiring) {
        return switch (module) {
            case STATE -> state(wiring);
            case BLOB -> blob(wiring);
            case GUARDRAIL -> guardrail(wiring);
            case EXECUTOR -> executor(wiring);
            case CONTROL -> control(wiring);
            case API -> api(wiring);
        };
    }

    private static VerticleDefinition state(Wiring wiring) {
        StateConfiguration configuration =
                wiring.state().orElseThrow(() -> new IllegalStateException("the data plane needs a database"));
        return VerticleDefinition.of(() ->
                new StateVerticle(wiring.bus(), configuration, wiring.meters().registry()));
    }

    private static VerticleDefinition blob(Wiring wiring) {
        BlobSection section = wiring.configuration().blob();
        InstantSource clock = InstantSource.system();
        return VerticleDefinition.of(() -> new BlobVerticle(
                wiring.bus(),
                section.bounds(),
                blobStore(wiring.vertx(), section, clock),
                clock,
                wiring.meters().registry()));
    }

    private static BlobStore blobStore(Vertx vertx, BlobSection section, InstantSource clock) {
        if (section.s3().isPresent()) {
            return new S3BlobStore(vertx, section.s3().get(), clock);
        }
        return new FileBlobStore(vertx, section.bounds(), clock);
    }

    private static VerticleDefinition guardrail(Wiring wiring) {
        GuardrailConfiguration configuration = wiring.configuration().guardrail();
        return VerticleDefinition.of(() -> new GuardrailVerticle(
                wiring.bus(), configuration, wiring.meters().registry()));
    }

    private static VerticleDefinition executor(Wiring wiring) {
        ExecutorSection section = wiring.configuration().executor();
        Executor executor = new Executor(
                wiring.vertx(),
                wiring.bus(),
                section.bounds(),
                wiring.instanceId(),
                wiring.takesWorkers(),
                mcp(wiring).and(llm(wiring)),
                wiring.meters().registry());
        return VerticleDefinition.instances(
                section.instances(), () -> new ExecutorVerticle(wiring.bus(), executor, section.drainTimeout()));
    }

    /** Secrets that the configuration names are whose it is: the tenant's that operates the system. */
    private static AddedTypes mcp(Wiring wiring) {
        SecretStore secrets =
                new SecretStore(wiring.configuration().executor().bounds().secrets());
        McpServers servers =
                new McpServers(wiring.configuration().mcp(), names -> secrets.find(OPERATING_TENANT, names));
        return new AddedTypes(
                List.of(new McpType(servers)), List.of(), List.of(servers), List.of(new ToolExamination(servers)));
    }

    /** As with servers of tools, keys are the operating tenant's; who may use them, the configuration says. */
    private static AddedTypes llm(Wiring wiring) {
        SecretStore secrets =
                new SecretStore(wiring.configuration().executor().bounds().secrets());
        Llm llm = new Llm(wiring.vertx(), wiring.configuration().llm(), names -> secrets.find(OPERATING_TENANT, names));
        return new AddedTypes(llm.tasks(), llm.plans(), List.of(llm));
    }

    private static VerticleDefinition control(Wiring wiring) {
        ControlConfiguration configuration = wiring.configuration().controlOf(wiring.instanceId());
        return VerticleDefinition.of(() -> new ControlVerticle(
                wiring.bus(),
                configuration,
                InstantSource.system(),
                wiring.meters().registry()));
    }

    private static VerticleDefinition api(Wiring wiring) {
        ApiConfiguration configuration = wiring.configuration().api();
        return VerticleDefinition.of(() -> new ApiVerticle(
                wiring.bus(),
                configuration,
                InstantSource.system(),
                FeedBounds.STANDARD,
                wiring.listening()::complete,
                wiring.meters().registry(),
                wiring.meters().exposition()));
    }
}
