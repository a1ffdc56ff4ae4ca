package io.ticktock.cluster;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * What a member tells of itself.
 *
 * @param protocol of the messages that it understands
 * @param instanceId names the process, also after a restart
 * @param modules words of those that it runs
 * @param keepsBlobFiles whether blobs are files of its own, which no other member has
 */
public record MemberFacts(int protocol, String instanceId, List<String> modules, boolean keepsBlobFiles) {

    /**
     * Of the messages between members. It rises when processes of two releases would misunderstand each other: a field that
     * is added is no reason, one whose meaning changes is.
     */
    public static final int PROTOCOL = 2;

    public MemberFacts {
        modules = List.copyOf(modules);
    }

    /** Of a process of this release. */
    public static MemberFacts of(String instanceId, List<String> modules, boolean keepsBlobFiles) {
        return new MemberFacts(PROTOCOL, instanceId, modules, keepsBlobFiles);
    }

    JsonObject toJson() {
        return new JsonObject()
                .put("protocol", protocol)
                .put("instance_id", instanceId)
                .put("modules", new JsonArray(modules))
                .put("keeps_blob_files", keepsBlobFiles);
    }

    static MemberFacts of(JsonObject json) {
        return new MemberFacts(
                json.getInteger("protocol", 0),
                json.getString("instance_id", ""),
                json.getJsonArray("modules", new JsonArray()).stream()
                        .map(String::valueOf)
                        .toList(),
                json.getBoolean("keeps_blob_files", false));
    }
}
