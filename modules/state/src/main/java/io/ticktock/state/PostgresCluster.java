package io.ticktock.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The files of an embedded PostgreSQL and the programs that work on them.
 *
 * @param folder what PostgreSQL calls its data directory: "postgres" in the data folder
 */
record PostgresCluster(Path folder, PostgresBinaries binaries, PostgresUser user) {

    private static final String NAME = "postgres";
    private static final String PASSWORD = "ticktock.password";
    private static final String SUPERUSER = "ticktock";
    private static final String DATABASE = "postgres";
    private static final String LOOPBACK = "127.0.0.1";
    private static final long PROGRAM_SECONDS = 120;

    static Path folderIn(Path dataFolder) {
        return dataFolder.resolve(NAME);
    }

    /** Of the server that listens there for this cluster; empty when its password cannot be read. */
    static Optional<DatabaseAddress> address(Path folder, int port) {
        try {
            String password = Files.readString(folder.resolve(PASSWORD), StandardCharsets.US_ASCII);
            return Optional.of(new DatabaseAddress(LOOPBACK, port, DATABASE, SUPERUSER, password, "disable"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Makes the cluster, under another name first, so that a half-made one is never used. */
    void createIfMissing() throws IOException, InterruptedException {
        if (Files.exists(folder)) {
            user.own(folder);
            return;
        }
        Path fresh = folder.resolveSibling(NAME + ".new");
        if (Files.exists(fresh)) {
            PostgresBinaries.delete(fresh);
        }
        Files.createDirectory(
                fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path password = newPassword(folder.resolveSibling(NAME + ".password"));
        user.own(password);
        user.own(fresh);
        run(
                "initdb",
                "--pgdata=" + fresh,
                "--username=" + SUPERUSER,
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                // Many are for passwords that people think up; for a random one they only delay each connection.
                "--set=scram_iterations=1",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions");
        Files.move(password, fresh.resolve(PASSWORD), StandardCopyOption.ATOMIC_MOVE);
        Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Runs one of PostgreSQL's programs to its end. */
    void run(String program, String... arguments) throws IOException, InterruptedException {
        Process process = start(command(program, arguments));
        if (!process.waitFor(PROGRAM_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        if (process.waitFor() != 0) {
            throw new IOException(lastError());
        }
    }

    List<String> command(String program, String... arguments) {
        return user.command(binaries.program(program), arguments);
    }

    /** Starts a command whose words go to the log. */
    Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .directory(folder.getParent().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }

    Path log() {
        return folder.resolveSibling("postgres.log");
    }

    String lastError() throws IOException {
        List<String> lines = Files.exists(log()) ? Files.readAllLines(log()) : List.of();
        return lines.stream()
                .filter(line -> line.contains("FATAL:") || line.contains("error:"))
                .reduce((earlier, later) -> later)
                .map(line -> line.substring(Math.max(line.indexOf("FATAL:"), line.indexOf("error:")) + 6)
                        .strip())
                .orElse("see postgres.log in the data folder");
    }

    private static Path newPassword(Path file) throws IOException {
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, HexFormat.of().formatHex(random));
    }
}
