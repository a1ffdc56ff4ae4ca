package io.ticktock.launcher.isolation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the parameters of routes and the fields of requests are, by their names. Whoever adds one says here whether it names
 * something of a tenant's; otherwise nobody would try it with another tenant's.
 */
final class Parameters {

    /** How a parameter is filled. */
    sealed interface Parameter {}

    /** With something that a tenant has. */
    record Names(Naming naming) implements Parameter {}

    /** With the same in every request: it names nothing, and has to be there. As JSON. */
    record Content(String json) implements Parameter {

        /** As it stands in a field that is no JSON. */
        String text() {
            return json.startsWith("\"") ? json.substring(1, json.length() - 1) : json;
        }
    }

    /** Not at all: it names nothing, and may be left out. */
    record LeftOut() implements Parameter {}

    private static final Map<String, Parameter> KNOWN = new HashMap<>();

    static {
        names(Naming.TENANT, "tenants/{id}", "tenant", "tenant_id");
        names(Naming.LIFETIME, "lifetimes/{id}", "lifetime", "lifetime_id", "parent_lifetime_id", "child_lifetime_id");
        names(
                Naming.EXECUTION,
                "executions/{exec}",
                "human-tasks/{exec}",
                "exec_id",
                "exec_ids",
                "parent_exec_id",
                "task_exec_ids",
                "plan_exec_ids");
        names(Naming.GRAPH, "graphs/{name}", "graph", "graph_name", "name");
        names(Naming.VERSION, "versions/{version}", "version", "graph_version");
        names(Naming.DIGEST, "digest");
        names(Naming.BLOB, "blobs/{id}", "sha256");
        names(Naming.BLOB_URI, "uri");
        names(Naming.BLOB_ETAG, "If-None-Match");
        names(Naming.API_KEY, "keys/{key}", "key_id");
        names(Naming.IDEMPOTENCY_KEY, "Idempotency-Key", "idempotency_key");
        names(Naming.SIGNAL, "signal_id");
        names(Naming.ACTOR, "actor", "claimed_by", "created_by", "revoked_by");
        names(Naming.LABEL, "label", "labels");
        names(Naming.WORKER, "worker_id");
        names(Naming.WEBHOOK, "webhooks/{id}", "webhook_id");
        names(Naming.WEBHOOK_EVENT, "deliveries/{event}", "event_id");
        names(Naming.PAGE_TOKEN, "page_token");
        names(Naming.GRAPH_FILE, "application/yaml", "canonical", "ticktock.v1.ReplayPlansRequest.graph");
        content("{\"mode\": \"end\", \"text\": \"of B\"}", "input", "payload", "answer", "inline");
        content("[\"reader\"]", "roles");
        content("\"application/json\"", "media_type");
        leftOut("page_size", "status", "since", "until", "by", "after", "Last-Event-ID", "Range", "If-Range");
        content("\"echo\"", "task_types");
        content("1", "capacity");
        content("\"0123456789abcdef\"", "token");
        leftOut("created_after", "created_before", "created_at", "revoked_at", "unclaimed", "lease_s");
        leftOut("If-Match", "if_last_seq");
        leftOut("reason", "add_budget", "added", "display_name");
        content("{\"mode\": \"end\", \"text\": \"of B\"}", "result");
        content("\"failed\"", "code");
        content("{\"starts_per_second\": 1}", "quotas");
        leftOut("starts_per_second", "start_burst", "running_lifetimes", "executions_in_flight");
        leftOut("remote_executions_in_flight", "stored_bytes", "update_mask");
        // A real one tells how far the whole database is, so that no two answers are equal; other tests try another
        // tenant's.
        content("\"of nobody\"", "position");
        leftOut("type", "types", "until_now", "deltas");
        leftOut("after_seq", "choice", "size_bytes");
        content("\"of B\"", "chunk");
        content("\"00000000-0000-4000-8000-000000000000\"", "upload_id");
        leftOut("offset");
        content("\"https://hooks.invalid/b\"", "url");
        content("[\"aborted\"]", "event_types");
        content("\"aborted\"", "ticktock.v1.Webhook.event_types");
        content("false", "enabled");
        leftOut("description", "disabled_reason", "version", "if_version", "updated_at", "failing_since");
        leftOut("old_secret_until", "waiting", "secret", "most_webhooks");
        content("\"2.0\"", "jsonrpc");
        content("1", "id");
        content("\"tools/list\"", "method");
        leftOut("params", "MCP-Protocol-Version");
        leftOut("message", "retryable", "retry_after_ms", "telemetry");
    }

    private Parameters() {}

    private static void names(Naming naming, String... names) {
        List.of(names).forEach(name -> KNOWN.put(name, new Names(naming)));
    }

    private static void content(String json, String... names) {
        List.of(names).forEach(name -> KNOWN.put(name, new Content(json)));
    }

    private static void leftOut(String... names) {
        List.of(names).forEach(name -> KNOWN.put(name, new LeftOut()));
    }

    static boolean isLeftOut(String name) {
        return KNOWN.get(name) instanceof LeftOut;
    }

    /** @param where it stands, for people, and for those that are not what others of the name are */
    static Parameter of(String name, String where) {
        Parameter known = KNOWN.getOrDefault(where, KNOWN.get(name));
        if (known == null) {
            throw new AssertionError("'" + name + "' of " + where + " is not known: say in "
                    + Parameters.class.getName() + " what of a tenant's it names, or that it names nothing");
        }
        return known;
    }
}
