package io.ticktock.launcher;

import io.ticktock.proto.v1.CreateTenantRequest;
import io.ticktock.proto.v1.CreateTenantResponse;
import io.ticktock.proto.v1.Tenant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ticktock tenants create}. */
@Command(name = "create", description = "Creates a tenant.")
final class CreateTenantCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(paramLabel = "TENANT", description = "Its name: 1 to 63 lower-case letters, digits and -.")
    private String tenant;

    @Option(names = "--display-name", paramLabel = "TEXT", description = "What people call it.")
    private String displayName = "";

    @Mixin
    private FormatOption format;

    @Mixin
    private TargetOptions options;

    CreateTenantCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        CreateTenantRequest request = CreateTenantRequest.newBuilder()
                .setTenant(Tenant.newBuilder().setTenantId(tenant).setDisplayName(displayName))
                .build();
        try (ReachedSystem system = options.toAdminister(session)) {
            Tenant created = system.client()
                    .administer(tenants -> tenants.create, request, CreateTenantResponse.class)
                    .getTenant();
            session.terminal()
                    .out()
                    .println(
                            format.isJson()
                                    ? Json.text(ListTenantsCommand.json(created))
                                    : "tenant " + created.getTenantId() + " is created");
        }
        return ExitCode.COMPLETED.number();
    }
}
