package io.ticktock.launcher;

import io.ticktock.proto.v1.RevokeApiKeyRequest;
import io.ticktock.proto.v1.RevokeApiKeyResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ticktock keys revoke}. */
@Command(name = "revoke", description = "Revokes a key for good; servers refuse it at most ten seconds later.")
final class RevokeKeyCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(paramLabel = "KEY_ID", description = "As 'ticktock keys list' shows it; never the key itself.")
    private String keyId;

    @Option(names = "--tenant", paramLabel = "TENANT", required = true, description = "Whose it is.")
    private String tenant;

    @Mixin
    private TargetOptions options;

    RevokeKeyCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        RevokeApiKeyRequest request = RevokeApiKeyRequest.newBuilder()
                .setTenantId(tenant)
                .setKeyId(keyId)
                .build();
        try (ReachedSystem system = options.toAdminister(session)) {
            system.client().administer(tenants -> tenants.revokeKey, request, RevokeApiKeyResponse.class);
            session.terminal().out().println("key " + keyId + " is revoked");
        }
        return ExitCode.COMPLETED.number();
    }
}
