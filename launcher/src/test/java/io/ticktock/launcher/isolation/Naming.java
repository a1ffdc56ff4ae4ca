package io.ticktock.launcher.isolation;

import java.util.Set;

/** What of a tenant's a parameter names. */
public enum Naming {
    TENANT,
    LIFETIME,
    EXECUTION,
    GRAPH,
    VERSION,
    DIGEST,
    BLOB,
    API_KEY,
    IDEMPOTENCY_KEY,
    SIGNAL,
    /** What one of its labels says. */
    LABELLED,
    WORKER,
    WEBHOOK,
    /** On its way to a webhook. */
    WEBHOOK_EVENT,
    /** Of the very list that is asked for. */
    PAGE_TOKEN,
    /** As the audit log names who holds the key. */
    ACTOR,
    BLOB_URI,
    BLOB_ETAG,
    /** In the form {@code name=value}. */
    LABEL,
    /** The text of one, with its name and version. */
    GRAPH_FILE;

    /** Those whose values are part of this one's. */
    Set<Naming> parts() {
        return switch (this) {
            case ACTOR -> Set.of(API_KEY);
            case BLOB_URI -> Set.of(TENANT, BLOB);
            case BLOB_ETAG -> Set.of(BLOB);
            case LABEL -> Set.of(LABELLED);
            case GRAPH_FILE -> Set.of(GRAPH, VERSION);
            case TENANT,
                    LIFETIME,
                    EXECUTION,
                    GRAPH,
                    VERSION,
                    DIGEST,
                    BLOB,
                    API_KEY,
                    IDEMPOTENCY_KEY,
                    SIGNAL,
                    LABELLED,
                    WORKER,
                    WEBHOOK,
                    WEBHOOK_EVENT,
                    PAGE_TOKEN -> Set.of(this);
        };
    }
}
