package io.ticktock.state;

import com.google.protobuf.UnsafeByteOperations;
import io.ticktock.proto.v1.GetPolicySetRequest;
import io.ticktock.proto.v1.GetPolicySetResponse;
import io.ticktock.proto.v1.RegisterPolicySetRequest;
import io.ticktock.proto.v1.RegisterPolicySetResponse;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;

/** Policy sets by their digest. None ever changes. */
final class PolicySetRepository {

    private final Database database;

    PolicySetRepository(Database database) {
        this.database = database;
    }

    private static final String INSERT =
            "INSERT INTO policy_sets (digest, content) VALUES ($1, $2) ON CONFLICT DO NOTHING";

    Future<RegisterPolicySetResponse> register(RegisterPolicySetRequest request) {
        Checks.policySet(request);
        Tuple row =
                Tuple.of(request.getDigest(), Buffer.buffer(request.getContent().toByteArray()));
        return database.query(INSERT, row)
                .map(inserted -> RegisterPolicySetResponse.newBuilder()
                        .setCreated(inserted.rowCount() > 0)
                        .build());
    }

    private static final String SELECT = "SELECT content FROM policy_sets WHERE digest = $1";

    Future<GetPolicySetResponse> get(GetPolicySetRequest request) {
        return database.query(SELECT, Tuple.of(request.getDigest())).map(rows -> {
            for (Row row : rows) {
                return GetPolicySetResponse.newBuilder()
                        .setContent(
                                UnsafeByteOperations.unsafeWrap(row.getBuffer(0).getBytes()))
                        .build();
            }
            throw Refusal.noPolicySet(request.getDigest());
        });
    }
}
