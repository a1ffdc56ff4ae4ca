package io.ticktock.launcher;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.proto.v1.ApiKey;
import io.ticktock.proto.v1.IssueApiKeyRequest;
import io.ticktock.proto.v1.IssueApiKeyResponse;
import io.ticktock.proto.v1.Role;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ticktock keys create}. */
@Command(
        name = "create",
        description = {
            "Creates a key and prints it, this once: only a digest of it is kept.",
            "Standard output has the key and nothing else."
        })
final class CreateKeyCommand implements Callable<Integer> {

    /** What a key's holder may. */
    enum RoleName {
        ADMIN(Role.ROLE_ADMIN),
        OPERATOR(Role.ROLE_OPERATOR),
        AUTHOR(Role.ROLE_AUTHOR),
        WORKER(Role.ROLE_WORKER),
        READER(Role.ROLE_READER);

        private final Role role;

        RoleName(Role role) {
            this.role = role;
        }
    }

    private final Session session;

    @Option(names = "--tenant", paramLabel = "TENANT", required = true, description = "Whose it is, such as default.")
    private String tenant;

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            required = true,
            split = ",",
            description = "admin, operator, author, worker or reader; several with commas between.")
    private Set<RoleName> roles = new LinkedHashSet<>();

    @Option(names = "--display-name", paramLabel = "TEXT", description = "What it is for.")
    private String displayName = "";

    @Mixin
    private FormatOption format;

    @Mixin
    private TargetOptions options;

    CreateKeyCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ApiKey.Builder key = ApiKey.newBuilder().setTenantId(tenant).setDisplayName(displayName);
        roles.forEach(name -> key.addRoles(name.role));
        IssueApiKeyRequest request = IssueApiKeyRequest.newBuilder().setKey(key).build();
        try (ReachedSystem system = options.toAdminister(session)) {
            print(system.client().administer(tenants -> tenants.createKey, request, IssueApiKeyResponse.class));
        }
        return ExitCode.COMPLETED.number();
    }

    private void print(IssueApiKeyResponse issued) {
        if (format.isJson()) {
            ObjectNode json = ListKeysCommand.json(issued.getKey());
            json.put("key", issued.getText());
            session.terminal().out().println(Json.text(json));
            return;
        }
        session.terminal()
                .err()
                .println("key " + issued.getKey().getKeyId() + " of tenant "
                        + issued.getKey().getTenantId() + " for "
                        + ListKeysCommand.words(issued.getKey()) + "; keep it, it is told this once");
        session.terminal().out().println(issued.getText());
    }
}
