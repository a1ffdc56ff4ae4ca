package io.ticktock.launcher;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.ListTenantsRequest;
import io.ticktock.proto.v1.ListTenantsResponse;
import io.ticktock.proto.v1.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ticktock tenants list}. */
@Command(name = "list", description = "Lists tenants by name, at most 100000.")
final class ListTenantsCommand implements Callable<Integer> {

    private static final int PAGE = 200;
    private static final int MOST = 100_000;

    private final Session session;

    @Mixin
    private FormatOption format;

    @Mixin
    private TargetOptions options;

    ListTenantsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (ReachedSystem system = options.toAdminister(session)) {
            print(tenants(system.client()));
        }
        return ExitCode.COMPLETED.number();
    }

    private static List<Tenant> tenants(Client client) {
        List<Tenant> tenants = new ArrayList<>();
        ListTenantsRequest.Builder request = ListTenantsRequest.newBuilder().setPageSize(PAGE);
        do {
            ListTenantsResponse page =
                    client.administer(operations -> operations.list, request.build(), ListTenantsResponse.class);
            tenants.addAll(page.getTenantsList());
            request.setPageToken(page.getNextPageToken());
        } while (!request.getPageToken().isEmpty() && tenants.size() < MOST);
        return tenants;
    }

    private void print(List<Tenant> tenants) {
        if (format.isJson()) {
            ObjectNode json = Json.object();
            ArrayNode list = json.putArray("tenants");
            tenants.forEach(tenant -> list.add(json(tenant)));
            session.terminal().out().println(Json.text(json));
            return;
        }
        Table table = new Table("TENANT", "DISPLAY_NAME", "CREATED");
        tenants.forEach(tenant -> table.row(
                tenant.getTenantId(),
                tenant.getDisplayName().isEmpty() ? "-" : tenant.getDisplayName(),
                ProtoTime.instant(tenant.getCreatedAt())));
        table.print(session.terminal().out());
    }

    static ObjectNode json(Tenant tenant) {
        ObjectNode json = Json.object();
        json.put("tenant_id", tenant.getTenantId());
        json.put("display_name", tenant.getDisplayName());
        json.put("created_at", ProtoTime.instant(tenant.getCreatedAt()).toString());
        json.put("created_by", tenant.getCreatedBy());
        return json;
    }
}
