package io.ticktock.launcher;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.ApiKey;
import io.ticktock.proto.v1.ListApiKeysRequest;
import io.ticktock.proto.v1.ListApiKeysResponse;
import io.ticktock.proto.v1.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ticktock keys list}. */
@Command(name = "list", description = "Lists the keys of a tenant, revoked ones too, without their secrets.")
final class ListKeysCommand implements Callable<Integer> {

    private static final int PAGE = 200;
    private static final int MOST = 100_000;

    private final Session session;

    @Option(names = "--tenant", paramLabel = "TENANT", required = true, description = "Whose keys.")
    private String tenant;

    @Mixin
    private FormatOption format;

    @Mixin
    private TargetOptions options;

    ListKeysCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (ReachedSystem system = options.toAdminister(session)) {
            print(keys(system.client()));
        }
        return ExitCode.COMPLETED.number();
    }

    private List<ApiKey> keys(Client client) {
        List<ApiKey> keys = new ArrayList<>();
        ListApiKeysRequest.Builder request =
                ListApiKeysRequest.newBuilder().setTenantId(tenant).setPageSize(PAGE);
        do {
            ListApiKeysResponse page =
                    client.administer(tenants -> tenants.listKeys, request.build(), ListApiKeysResponse.class);
            keys.addAll(page.getKeysList());
            request.setPageToken(page.getNextPageToken());
        } while (!request.getPageToken().isEmpty() && keys.size() < MOST);
        return keys;
    }

    private void print(List<ApiKey> keys) {
        if (format.isJson()) {
            ObjectNode json = Json.object();
            ArrayNode list = json.putArray("keys");
            keys.forEach(key -> list.add(json(key)));
            session.terminal().out().println(Json.text(json));
            return;
        }
        Table table = new Table("KEY_ID", "ROLES", "DISPLAY_NAME", "CREATED", "REVOKED");
        keys.forEach(key -> table.row(
                key.getKeyId(),
                words(key),
                key.getDisplayName().isEmpty() ? "-" : key.getDisplayName(),
                ProtoTime.instant(key.getCreatedAt()),
                key.hasRevokedAt() ? ProtoTime.instant(key.getRevokedAt()) : "-"));
        table.print(session.terminal().out());
    }

    static ObjectNode json(ApiKey key) {
        ObjectNode json = Json.object();
        json.put("tenant_id", key.getTenantId());
        json.put("key_id", key.getKeyId());
        ArrayNode roles = json.putArray("roles");
        key.getRolesList().forEach(role -> roles.add(word(role)));
        json.put("display_name", key.getDisplayName());
        json.put("created_at", ProtoTime.instant(key.getCreatedAt()).toString());
        json.put("created_by", key.getCreatedBy());
        json.put(
                "revoked_at",
                key.hasRevokedAt() ? ProtoTime.instant(key.getRevokedAt()).toString() : null);
        return json;
    }

    static String words(ApiKey key) {
        return key.getRolesList().stream().map(ListKeysCommand::word).collect(Collectors.joining(","));
    }

    private static String word(Role role) {
        return role.name().replace("ROLE_", "").toLowerCase(Locale.ROOT);
    }
}
