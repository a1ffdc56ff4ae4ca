package io.ticktock.executor.secret;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The configuration key {@code executor.secrets}.
 *
 * @param folder one file for each secret, in one folder for each tenant; none without
 * @param ofDefaultTenant values by name for the tenant {@code default}, where the folder has none
 */
public record SecretsConfiguration(Optional<Path> folder, Map<String, String> ofDefaultTenant) {

    public static final SecretsConfiguration NONE = new SecretsConfiguration(Optional.empty(), Map.of());

    public SecretsConfiguration {
        ofDefaultTenant = Map.copyOf(ofDefaultTenant);
        folder.filter(path -> !Files.isDirectory(path)).ifPresent(path -> {
            throw new IllegalArgumentException("executor.secrets.folder must be a folder that is there, not " + path);
        });
    }

    /** Without values. */
    @Override
    public String toString() {
        return "SecretsConfiguration[folder=" + folder + ", ofDefaultTenant=" + ofDefaultTenant.keySet() + "]";
    }
}
