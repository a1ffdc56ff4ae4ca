package io.ticktock.launcher.configuration;

import io.ticktock.api.ApiConfiguration;
import io.ticktock.api.ApiLimits;
import io.ticktock.api.access.Authentication;
import io.ticktock.api.token.TokenAlgorithm;
import io.ticktock.api.token.TokenConfiguration;
import io.ticktock.api.webhook.WebhookConfiguration;
import io.ticktock.blob.BlobConfiguration;
import io.ticktock.blob.S3Configuration;
import io.ticktock.cluster.ClusterConfiguration;
import io.ticktock.cluster.ClusterTls;
import io.ticktock.cluster.Endpoint;
import io.ticktock.control.ControlConfiguration;
import io.ticktock.control.ControlQuotas;
import io.ticktock.executor.ExecutorConfiguration;
import io.ticktock.executor.http.HttpConfiguration;
import io.ticktock.executor.secret.SecretsConfiguration;
import io.ticktock.guardrail.GuardrailConfiguration;
import io.ticktock.launcher.configuration.LauncherConfiguration.HealthPort;
import io.ticktock.launcher.configuration.LauncherConfiguration.LogLevel;
import io.ticktock.llm.LlmConfiguration;
import io.ticktock.mcp.McpConfiguration;
import io.ticktock.state.DatabaseAddress;
import io.ticktock.state.StateConfiguration;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The whole configuration: a section for each module, under the module's word.
 *
 * @param cluster present where this process is to be one of several
 */
public record Configuration(
        LauncherConfiguration launcher,
        StateSection state,
        BlobSection blob,
        GuardrailConfiguration guardrail,
        ExecutorSection executor,
        McpConfiguration mcp,
        LlmConfiguration llm,
        ControlConfiguration control,
        ApiConfiguration api,
        Optional<ClusterConfiguration> cluster,
        TelemetryConfiguration telemetry,
        LogConfiguration log) {

    private static final String BLOB_FOLDER = "blobs";

    /** Stands where the embedded database's address, or this process's name, is not known yet. */
    private static final String NOT_YET_KNOWN = "not-yet-known";

    private static final DatabaseAddress NO_ADDRESS =
            new DatabaseAddress(NOT_YET_KNOWN, 1, NOT_YET_KNOWN, NOT_YET_KNOWN, "", "disable");

    /** Reads all sections; throws {@link ConfigurationFault} that names the key and where it stands. */
    public static Configuration of(Settings settings) {
        LauncherConfiguration launcher = section(settings, () -> launcher(settings));
        return new Configuration(
                launcher,
                section(settings, () -> state(settings)),
                section(settings, () -> blob(settings, launcher.dataFolder())),
                section(settings, () -> guardrail(settings)),
                section(settings, () -> executor(settings)),
                section(settings, () -> McpSection.of(settings)),
                section(settings, () -> LlmSection.of(settings)),
                section(settings, () -> control(settings)),
                section(settings, () -> api(settings)),
                section(settings, () -> cluster(settings)),
                section(settings, () -> telemetry(settings)),
                section(
                        settings,
                        () -> new LogConfiguration(settings.choice("log.format", LogConfiguration.Format.class))));
    }

    private static LauncherConfiguration launcher(Settings settings) {
        return new LauncherConfiguration(
                Path.of(settings.text("launcher.data_folder")),
                settings.list("launcher.modules"),
                settings.integer("launcher.event_loops"),
                optional(settings, "launcher.health_port")
                        .map(port -> new HealthPort(
                                settings.text("launcher.health_host"), settings.integer("launcher.health_port"))),
                settings.flag("launcher.scripted_model"),
                settings.choice("launcher.log_level", LogLevel.class));
    }

    private static StateSection state(Settings settings) {
        StateConfiguration bounds = new StateConfiguration(
                NO_ADDRESS,
                settings.integer("state.pool_size"),
                settings.whole("state.timeout_ms"),
                settings.whole("state.patience_ms"),
                settings.integer("state.queue_rows"),
                settings.integer("state.queue_starts"),
                settings.whole("state.queue_bytes"),
                settings.integer("state.flush_rows"),
                settings.whole("state.flush_bytes"),
                settings.whole("state.cache_bytes"),
                settings.whole("state.quotas.stored_bytes"));
        return new StateSection(settings.text("state.database_url"), bounds);
    }

    private static BlobSection blob(Settings settings, Path dataFolder) {
        BlobConfiguration bounds = new BlobConfiguration(
                dataFolder.resolve(BLOB_FOLDER),
                settings.whole("blob.max_blob_bytes"),
                settings.whole("blob.min_free_bytes"),
                settings.integer("blob.max_uploads"),
                settings.duration("blob.upload_idle"),
                settings.integer("blob.max_reads"),
                settings.duration("blob.garbage_grace"),
                settings.duration("blob.garbage_interval"));
        return switch (settings.choice("blob.store", BlobSection.Store.class)) {
            case FILES -> new BlobSection(bounds, Optional.empty());
            case S3 -> new BlobSection(bounds, Optional.of(s3(settings)));
        };
    }

    private static S3Configuration s3(Settings settings) {
        return new S3Configuration(
                optional(settings, "blob.s3.endpoint").map(url -> uri("blob.s3.endpoint", url)),
                optional(settings, "blob.s3.region"),
                settings.text("blob.s3.bucket"),
                settings.text("blob.s3.prefix"),
                settings.flag("blob.s3.path_style"),
                optional(settings, "blob.s3.kms_key_id"),
                settings.integer("blob.s3.part_bytes"),
                settings.integer("blob.s3.max_connections"),
                settings.duration("blob.s3.request_timeout"),
                settings.integer("blob.s3.max_attempts"),
                settings.duration("blob.s3.abandoned_after"));
    }

    private static Optional<String> optional(Settings settings, String key) {
        return Optional.of(settings.text(key)).filter(text -> !text.isEmpty());
    }

    private static URI uri(String key, String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(key + " must be a URL such as https://s3.example.com", e);
        }
    }

    private static GuardrailConfiguration guardrail(Settings settings) {
        String policies = settings.text("guardrail.policies");
        return new GuardrailConfiguration(
                policies.isEmpty() ? Optional.empty() : Optional.of(Path.of(policies)),
                settings.duration("guardrail.reload_interval"),
                settings.duration("guardrail.usage_refresh"),
                settings.integer("guardrail.max_content_bytes"));
    }

    private static ExecutorSection executor(Settings settings) {
        String certificates = settings.text("executor.http.trusted_certificates");
        HttpConfiguration http = new HttpConfiguration(
                settings.duration("executor.http.timeout"),
                settings.integer("executor.http.max_response_bytes"),
                settings.integer("executor.http.max_redirects"),
                settings.list("executor.http.allowed_addresses"),
                certificates.isEmpty() ? Optional.empty() : Optional.of(Path.of(certificates)));
        ExecutorConfiguration bounds = new ExecutorConfiguration(
                settings.integer("executor.max_running"),
                settings.integer("executor.max_queued"),
                settings.integer("executor.max_remote"),
                settings.integer("executor.worker_threads"),
                settings.integer("executor.inline_limit_bytes"),
                settings.integer("executor.max_input_bytes"),
                settings.whole("executor.input_memory_bytes"),
                settings.whole("executor.cache_bytes"),
                settings.integer("executor.max_fan_out"),
                settings.duration("executor.handler_timeout"),
                http,
                new SecretsConfiguration(
                        optional(settings, "executor.secrets.folder").map(Path::of), settings.secrets()));
        return new ExecutorSection(
                settings.integer("executor.instances"), settings.duration("executor.drain_timeout"), bounds);
    }

    private static ControlConfiguration control(Settings settings) {
        return new ControlConfiguration(
                NOT_YET_KNOWN,
                settings.duration("control.lease"),
                settings.integer("control.max_resident"),
                settings.integer("control.max_in_flight"),
                settings.integer("control.max_remote_in_flight"),
                settings.duration("control.sweep_interval"),
                settings.duration("control.park_after"),
                settings.integer("control.recovery_per_second"),
                new ControlQuotas(
                        settings.whole("control.quotas.running_lifetimes"),
                        settings.whole("control.quotas.executions_in_flight"),
                        settings.whole("control.quotas.remote_executions_in_flight")));
    }

    private static ApiConfiguration api(Settings settings) {
        String certificate = settings.text("api.tls_certificate");
        String key = settings.text("api.tls_key");
        if (certificate.isEmpty() != key.isEmpty()) {
            throw new IllegalArgumentException("api.tls_certificate and api.tls_key go together; set both or none");
        }
        return new ApiConfiguration(
                settings.text("api.host"),
                settings.integer("api.port"),
                settings.choice("api.authentication", Authentication.class),
                certificate.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new ApiConfiguration.Tls(Path.of(certificate), Path.of(key))),
                tokens(settings),
                new ApiLimits(
                        settings.integer("api.max_requests"),
                        settings.integer("api.max_starts"),
                        settings.integer("api.parallel_starts"),
                        settings.whole("api.quotas.starts_per_second"),
                        settings.whole("api.quotas.start_burst")),
                webhooks(settings));
    }

    private static WebhookConfiguration webhooks(Settings settings) {
        return new WebhookConfiguration(
                settings.integer("api.webhooks.max_per_tenant"),
                settings.flag("api.webhooks.allow_http"),
                settings.list("api.webhooks.allowed_addresses"),
                optional(settings, "api.webhooks.trusted_certificates").map(Path::of),
                settings.duration("api.webhooks.timeout"),
                settings.durations("api.webhooks.retries"),
                settings.duration("api.webhooks.disable_after"),
                settings.duration("api.webhooks.lease"),
                settings.integer("api.webhooks.max_waiting"));
    }

    private static Optional<TokenConfiguration> tokens(Settings settings) {
        boolean isAsked = Stream.of("issuer", "audience", "key_file", "key_address")
                .anyMatch(key -> !settings.text("api.jwt." + key).isEmpty());
        if (!isAsked) {
            return Optional.empty();
        }
        return Optional.of(new TokenConfiguration(
                settings.text("api.jwt.issuer"),
                settings.text("api.jwt.audience"),
                settings.list("api.jwt.algorithms").stream()
                        .map(Configuration::algorithm)
                        .collect(Collectors.toUnmodifiableSet()),
                optional(settings, "api.jwt.key_file").map(Path::of),
                optional(settings, "api.jwt.key_address").map(url -> uri("api.jwt.key_address", url)),
                optional(settings, "api.jwt.trusted_certificates").map(Path::of),
                settings.duration("api.jwt.refresh"),
                settings.duration("api.jwt.keep"),
                settings.text("api.jwt.tenant_claim"),
                settings.text("api.jwt.roles_claim"),
                settings.flag("api.jwt.operating_admin")));
    }

    private static TokenAlgorithm algorithm(String name) {
        return TokenAlgorithm.of(name)
                .orElseThrow(() -> new IllegalArgumentException(
                        "api.jwt.algorithms must be some of " + TokenAlgorithm.names() + ", not '" + name + "'"));
    }

    private static Optional<ClusterConfiguration> cluster(Settings settings) {
        if (!settings.flag("cluster.enabled")) {
            return Optional.empty();
        }
        return Optional.of(new ClusterConfiguration(
                settings.text("cluster.host"),
                settings.integer("cluster.port"),
                settings.integer("cluster.bus_port"),
                settings.list("cluster.members").stream().map(Endpoint::parse).toList(),
                optional(settings, "cluster.dns_name"),
                clusterTls(settings),
                settings.duration("cluster.start_timeout"),
                settings.duration("cluster.silence")));
    }

    private static Optional<ClusterTls> clusterTls(Settings settings) {
        List<Path> files = Stream.of("certificate", "key", "authority")
                .flatMap(what -> optional(settings, "cluster.tls_" + what).stream())
                .map(Path::of)
                .toList();
        return switch (files.size()) {
            case 0 -> Optional.empty();
            case 3 -> Optional.of(new ClusterTls(files.get(0), files.get(1), files.get(2)));
            default ->
                throw new IllegalArgumentException("cluster.tls_certificate, cluster.tls_key and"
                        + " cluster.tls_authority go together; set all or none");
        };
    }

    private static TelemetryConfiguration telemetry(Settings settings) {
        return new TelemetryConfiguration(
                TelemetryConfiguration.endpoint(settings.text("telemetry.otlp_endpoint")),
                OtlpHeaders.parse(settings.text("telemetry.otlp_headers")),
                settings.number("telemetry.sample_ratio"),
                settings.integer("telemetry.max_queued_spans"));
    }

    /** For a command that ends by itself, beside a process that serves by the same file. */
    public Configuration withoutHealthPort() {
        return with(new LauncherConfiguration(
                launcher.dataFolder(),
                launcher.modules(),
                launcher.eventLoops(),
                Optional.empty(),
                launcher.scriptedModel(),
                launcher.logLevel()));
    }

    /** For a command that is to do something even where no language model is configured. */
    public Configuration withScriptedModel() {
        return with(new LauncherConfiguration(
                launcher.dataFolder(),
                launcher.modules(),
                launcher.eventLoops(),
                launcher.health(),
                true,
                launcher.logLevel()));
    }

    private Configuration with(LauncherConfiguration changed) {
        return new Configuration(
                changed, state, blob, guardrail, executor, mcp, llm, control, api, cluster, telemetry, log);
    }

    public Configuration with(LlmConfiguration changed) {
        return new Configuration(
                launcher, state, blob, guardrail, executor, mcp, changed, control, api, cluster, telemetry, log);
    }

    /** Whether a scripted model is to answer. Never beside a provider, whose answers somebody counts on. */
    public boolean needsScriptedModel() {
        return launcher.scriptedModel() && llm.providers().isEmpty();
    }

    /** The control plane's section for the process of this name. */
    public ControlConfiguration controlOf(String ownerId) {
        return new ControlConfiguration(
                ownerId,
                control.lease(),
                control.maxResident(),
                control.maxInFlight(),
                control.maxRemoteInFlight(),
                control.sweepInterval(),
                control.parkAfter(),
                control.recoveryPerSecond(),
                control.quotas());
    }

    /** What a section's record refuses begins with the key, which tells where the value stands. */
    private static <S> S section(Settings settings, Supplier<S> section) {
        try {
            return section.get();
        } catch (IllegalArgumentException e) {
            String message = e.getMessage();
            String key = message.split("[ :]", 2)[0];
            String where = settings.keys().contains(key) ? settings.origin(key) + ": " : "";
            throw new ConfigurationFault(where + message, e);
        }
    }
}
