package io.ticktock.launcher;

import io.ticktock.launcher.remote.ServerAccess;
import io.ticktock.sdk.worker.ServerAddress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The flags of a server to work with. */
final class ServerOptions {

    private static final String SERVER_VARIABLE = "TICKTOCK_SERVER";
    private static final String KEY_VARIABLE = "TICKTOCK_KEY";
    private static final String CERTIFICATE_VARIABLE = "TICKTOCK_SERVER_CERTIFICATE";

    /** What may stand in a header, and in any key or token. */
    private static final Pattern KEY = Pattern.compile("[!-~]{1,4096}");

    private static final int MOST_KEY_BYTES = 8 * 1024;

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = {
                "Work with the service at this address, such as https://ticktock.example.com, instead of a data folder.",
                "Default: the variable TICKTOCK_SERVER, unless --data or the like is given."
            })
    private String server;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "Key for the server; others on this machine may see it, so rather use the two below.")
    private String key;

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            description = "File with the key for the server. Default: the variable TICKTOCK_KEY.")
    private Path keyFile;

    @Option(
            names = "--server-certificate",
            paramLabel = "FILE",
            description = "PEM file with the certificate to trust, instead of those that this system trusts.")
    private Path certificate;

    /**
     * The server that is meant; empty when it is a data folder.
     *
     * @param rival a flag that says so; empty when there is none
     */
    Optional<ServerAccess> access(Map<String, String> environment, Optional<String> rival) {
        if (server != null && rival.isPresent()) {
            throw CommandFailure.usage("--server and " + rival.get()
                    + " exclude each other: a server has a data folder and settings of its own");
        }
        Optional<String> url = Optional.ofNullable(server)
                .or(() -> variable(environment, SERVER_VARIABLE).filter(any -> rival.isEmpty()));
        if (url.isEmpty()) {
            requireNoneOfServer();
            return Optional.empty();
        }
        ServerAddress address = ServerAddress.parse(url.get())
                .orElseThrow(() -> CommandFailure.usage(origin() + ": must be an address such as"
                        + " https://ticktock.example.com or http://127.0.0.1:7171, not '" + url.get() + "'"));
        return Optional.of(new ServerAccess(address, key(environment), certificate(environment, address)));
    }

    private String origin() {
        return server == null ? "the variable " + SERVER_VARIABLE : "--server";
    }

    private void requireNoneOfServer() {
        if (key != null || keyFile != null || certificate != null) {
            String flag = key != null ? "--key" : keyFile != null ? "--key-file" : "--server-certificate";
            throw CommandFailure.usage(flag + " goes with --server");
        }
    }

    private Optional<Path> certificate(Map<String, String> environment, ServerAddress address) {
        if (certificate != null && !address.tls()) {
            throw CommandFailure.usage("--server-certificate goes with an address that begins with https://");
        }
        return Optional.ofNullable(certificate)
                .or(() -> variable(environment, CERTIFICATE_VARIABLE).map(Path::of))
                .filter(file -> address.tls());
    }

    private Optional<String> key(Map<String, String> environment) {
        if (key != null && keyFile != null) {
            throw CommandFailure.usage("--key and --key-file exclude each other");
        }
        if (key != null) {
            return Optional.of(fitting(key, "--key"));
        }
        if (keyFile != null) {
            return Optional.of(fitting(content(keyFile), "--key-file " + keyFile));
        }
        return variable(environment, KEY_VARIABLE).map(text -> fitting(text, "the variable " + KEY_VARIABLE));
    }

    /** Refused without being repeated. */
    private static String fitting(String text, String origin) {
        String stripped = text.strip();
        if (!KEY.matcher(stripped).matches()) {
            throw CommandFailure.usage(origin + ": must be one key such as tt_…, and nothing else");
        }
        return stripped;
    }

    private static String content(Path file) {
        try {
            if (!Files.isReadable(file) || Files.isDirectory(file)) {
                throw CommandFailure.usage("--key-file: there is no file " + file + " that can be read");
            }
            try (InputStream in = Files.newInputStream(file)) {
                return new String(in.readNBytes(MOST_KEY_BYTES), StandardCharsets.ISO_8859_1);
            }
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.USAGE, "--key-file: " + file + " cannot be read", e);
        }
    }

    private static Optional<String> variable(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(text -> !text.isBlank());
    }
}
