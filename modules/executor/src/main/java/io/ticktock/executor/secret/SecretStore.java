package io.ticktock.executor.secret;

import io.ticktock.graph.expression.SecretReference;
import io.ticktock.sdk.HandlerFailure;
import io.ticktock.sdk.running.Secrets;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Looks secrets up, each time anew, so that a changed one counts at once. Blocks. */
public final class SecretStore {

    private static final String DEFAULT_TENANT = "default";
    private static final int MOST_BYTES = 16 * 1024;

    /** A shorter one could not be told from other text when it has to be hidden. */
    private static final int LEAST_CHARACTERS = 8;

    /** A tenant of another name, such as one that leads out of the folder, has no secrets there. */
    private static final Pattern TENANT = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    private static final Set<PosixFilePermission> OF_OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);

    private final SecretsConfiguration configuration;

    public SecretStore(SecretsConfiguration configuration) {
        this.configuration = configuration;
    }

    /** The tenant's secrets of these names. Throws {@link HandlerFailure} that names the one that cannot be had. */
    public Secrets find(String tenantId, Set<String> names) {
        Map<String, String> values = new TreeMap<>();
        for (String name : names) {
            values.put(name, find(tenantId, name));
        }
        return Secrets.of(values, SecretReference::to);
    }

    private String find(String tenantId, String name) {
        if (!SecretReference.isName(name)) {
            throw missing(name);
        }
        Optional<String> value = inFolder(tenantId, name).or(() -> ofDefaultTenant(tenantId, name));
        return checked(name, value.orElseThrow(() -> missing(name)));
    }

    private Optional<String> ofDefaultTenant(String tenantId, String name) {
        return tenantId.equals(DEFAULT_TENANT)
                ? Optional.ofNullable(configuration.ofDefaultTenant().get(name))
                : Optional.empty();
    }

    private Optional<String> inFolder(String tenantId, String name) {
        return TENANT.matcher(tenantId).matches()
                ? configuration
                        .folder()
                        .flatMap(folder -> read(folder.resolve(tenantId).resolve(name), name))
                : Optional.empty();
    }

    private static Optional<String> read(Path file, String name) {
        try {
            Set<PosixFilePermission> permissions = EnumSet.copyOf(OF_OTHERS);
            permissions.retainAll(Files.getPosixFilePermissions(file));
            if (!permissions.isEmpty()) {
                throw unusable(name, "others than its owner have rights to its file; take them away (chmod 600)");
            }
            try (InputStream in = Files.newInputStream(file)) {
                return Optional.of(text(in.readNBytes(MOST_BYTES + 1), name));
            }
        } catch (NoSuchFileException | NotDirectoryException absent) {
            return Optional.empty();
        } catch (IOException | UnsupportedOperationException e) {
            throw unusable(name, "its file cannot be read");
        }
    }

    /** Without the line's end that editors put behind it. */
    private static String text(byte[] bytes, String name) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.replaceFirst("\r?\n\\z", "");
        } catch (CharacterCodingException e) {
            throw unusable(name, "it is no text in UTF-8");
        }
    }

    private static String checked(String name, String value) {
        if (value.length() < LEAST_CHARACTERS || value.length() > MOST_BYTES) {
            throw unusable(name, "it must have " + LEAST_CHARACTERS + " to " + MOST_BYTES + " characters");
        }
        return value;
    }

    private static HandlerFailure missing(String name) {
        return new HandlerFailure("secret_missing", "there is no secret " + name, false);
    }

    private static HandlerFailure unusable(String name, String why) {
        return new HandlerFailure("secret_unusable", "the secret " + name + " cannot be used: " + why, false);
    }
}
