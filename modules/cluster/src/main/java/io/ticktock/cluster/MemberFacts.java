package io.ticktock.cluster;

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
    public static final int PROTOCOL = 3;

    public MemberFacts {
        modules = List.copyOf(modules);
    }

    /** Of a process of this release. */
    public static MemberFacts of(String instanceId, List<String> modules, boolean keepsBlobFiles) {
        return new MemberFacts(PROTOCOL, instanceId, modules, keepsBlobFiles);
    }
}
