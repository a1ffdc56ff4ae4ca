package io.ticktock.launcher;

import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.launcher.configuration.LauncherConfiguration.LogLevel;
import io.ticktock.launcher.configuration.LogConfiguration;
import io.ticktock.launcher.configuration.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** The flags of every command that works on a data folder. */
final class SystemOptions {

    private static final String FILE_VARIABLE = "TICKTOCK_CONFIG";
    private static final Path USUAL_FILE = Path.of("conf", "ticktock.yaml");

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Data folder: database and blobs. Default: the folder 'data' here.")
    private Path data;

    @Option(
            names = "--database-url",
            paramLabel = "URL",
            description =
                    "PostgreSQL to use instead of the embedded one: postgresql://user:password@host:port/database.")
    private String databaseUrl;

    @Option(names = "--config", paramLabel = "FILE", description = "Configuration file, over the shipped settings.")
    private Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "One setting, such as state.pool_size=8. May be repeated.")
    private Map<String, String> set = new LinkedHashMap<>();

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            description = "What is logged to standard error: error, warn (default), info, debug or trace.")
    private String logLevel;

    /** The whole configuration; also fixes the log level, so nothing must have been logged before. */
    Configuration configuration(Map<String, String> environment) {
        return configuration(environment, null, false).withoutHealthPort();
    }

    /** As above, with these modules to start unless null, and as a member of a cluster if so. */
    Configuration configuration(Map<String, String> environment, String modules, boolean isMember) {
        Settings settings = Settings.shipped().withCommon(environment);
        Optional<Path> file = file(environment);
        if (file.isPresent()) {
            settings = settings.with(file.get());
        }
        settings = settings.with(environment);
        for (Map.Entry<String, String> entry : set.entrySet()) {
            settings = settings.with(entry.getKey(), entry.getValue(), "--set");
        }
        settings = withFlag(settings, "launcher.data_folder", data, "--data");
        settings = withFlag(settings, "state.database_url", databaseUrl, "--database-url");
        settings = withFlag(settings, "launcher.log_level", logLevel, "--log-level");
        settings = withFlag(settings, "launcher.modules", modules, "--modules");
        settings = withFlag(settings, "cluster.enabled", isMember ? true : null, "--cluster");
        Configuration configuration = Configuration.of(settings);
        setUpLog(configuration.launcher().logLevel(), configuration.log().format());
        return configuration;
    }

    /** Now, on this thread alone: logging does not like to be set up by several at once. */
    private static void setUpLog(LogLevel level, LogConfiguration.Format format) {
        System.setProperty(StandardErrorLog.FORMAT_PROPERTY, format.name());
        System.setProperty(StandardErrorLog.LEVEL_PROPERTY, level.name());
        LoggerFactory.getILoggerFactory();
    }

    boolean namesDataFolder() {
        return data != null;
    }

    /** A flag that is about a data folder on this machine, if there is one. */
    Optional<String> flagOfFolder() {
        if (data != null) {
            return Optional.of("--data");
        }
        if (databaseUrl != null) {
            return Optional.of("--database-url");
        }
        if (config != null) {
            return Optional.of("--config");
        }
        return set.isEmpty() ? Optional.empty() : Optional.of("--set");
    }

    /** As above, with a data folder that the command chose itself. */
    Configuration configurationAt(Path dataFolder, Map<String, String> environment) {
        data = dataFolder;
        return configuration(environment);
    }

    private Optional<Path> file(Map<String, String> environment) {
        if (config != null) {
            return Optional.of(config);
        }
        if (environment.containsKey(FILE_VARIABLE)) {
            return Optional.of(Path.of(environment.get(FILE_VARIABLE)));
        }
        return Files.isRegularFile(USUAL_FILE) ? Optional.of(USUAL_FILE) : Optional.empty();
    }

    private static Settings withFlag(Settings settings, String key, Object value, String flag) {
        return value == null ? settings : settings.with(key, value.toString(), flag);
    }
}
