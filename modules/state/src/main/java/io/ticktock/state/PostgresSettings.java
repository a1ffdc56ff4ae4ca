package io.ticktock.state;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How the embedded PostgreSQL is set up: made for many small appends, and as durable as by default, since nothing is said
 * here of fsync, synchronous_commit and full_page_writes.
 */
final class PostgresSettings {

    private PostgresSettings() {}

    static Map<String, String> embedded() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("listen_addresses", "127.0.0.1");
        settings.put("unix_socket_directories", "");
        // Of several processes, too, each with some fourteen.
        settings.put("max_connections", "128");
        settings.put("search_path", "ticktock, public");

        // Nobody replicates from it.
        settings.put("wal_level", "minimal");
        settings.put("max_wal_senders", "0");
        settings.put("wal_buffers", "16MB");
        settings.put("max_wal_size", "4GB");
        settings.put("min_wal_size", "256MB");
        settings.put("checkpoint_timeout", "15min");

        settings.put("shared_buffers", "256MB");
        settings.put("io_method", "sync");
        settings.put("max_parallel_workers_per_gather", "0");
        settings.put("jit", "off");
        settings.put("update_process_title", "off");
        settings.put("log_min_messages", "warning");
        settings.put("log_checkpoints", "off");
        return settings;
    }
}
