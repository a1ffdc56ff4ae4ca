package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.launcher.configuration.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The units are of directives that exist, and of settings that the program takes. */
class SystemdUnitsTest {

    private static final Path UNITS = Path.of("..", "conf", "systemd");
    private static final Path ANALYZE = Path.of("/usr/bin/systemd-analyze");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** What the units use, where systemd is not here to be asked. */
    private static final Set<String> KNOWN = Set.of(
            ("Description Documentation After Wants StartLimitIntervalSec StartLimitBurst Type User Group EnvironmentFile"
                            + " LoadCredential Environment ExecStart SuccessExitStatus Restart RestartSec"
                            + " RestartPreventExitStatus KillMode TimeoutStopSec LimitNOFILE WorkingDirectory StateDirectory"
                            + " StateDirectoryMode CacheDirectory CacheDirectoryMode UMask CapabilityBoundingSet"
                            + " NoNewPrivileges PrivateDevices PrivateTmp ProtectClock ProtectControlGroups ProtectHome"
                            + " ProtectHostname ProtectKernelLogs ProtectKernelModules ProtectKernelTunables ProtectProc"
                            + " ProtectSystem RemoveIPC RestrictAddressFamilies RestrictNamespaces RestrictRealtime"
                            + " RestrictSUIDSGID LockPersonality SystemCallArchitectures SystemCallFilter WantedBy")
                    .split(" "));

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"ticktock.service", "ticktock@.service"})
    void theUnitIsOneThatSystemdTakes(String name) throws IOException, InterruptedException {
        String unit = Files.readString(UNITS.resolve(name));
        assertEquals("", faults(name, unit));
        assertTrue(faults(name, unit.replace("Restart=on-failure", "Restarts=on-failure"))
                .contains("Restarts"));
        assertTrue(faults(name, unit.replace("TimeoutStopSec=", "TimeoutStopSecs="))
                .contains("TimeoutStopSecs"));
    }

    /** By systemd itself where it is installed, else by the list above; which of the two is said. */
    private String faults(String name, String unit) throws IOException, InterruptedException {
        if (!Files.isExecutable(ANALYZE)) {
            System.out.println(name + " was looked at without systemd, by the names of its directives");
            return unit.lines()
                    .filter(line -> line.matches("[A-Za-z]+=.*"))
                    .map(line -> line.substring(0, line.indexOf('=')))
                    .filter(directive -> !KNOWN.contains(directive))
                    .collect(Collectors.joining("\n"));
        }
        System.out.println(name + " was looked at by systemd-analyze");
        // Whatever Java this machine has, and wherever.
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Path file = Files.writeString(folder.resolve(name), unit.replace("/usr/bin/java", java));
        Process analyze = new ProcessBuilder(ANALYZE.toString(), "verify", "--man=no", file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(analyze.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(analyze.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), "systemd-analyze does not end");
        return said.lines().filter(line -> line.contains(file.toString())).collect(Collectors.joining("\n"));
    }

    @Test
    void theSettingsAreOnesThatTheProgramTakes() throws IOException {
        Configuration one = configuration("ticktock.service", Map.of());
        assertEquals(Path.of("/var/lib/ticktock"), one.launcher().dataFolder());
        assertEquals(7172, one.launcher().health().orElseThrow().port());
        assertEquals(SystemModule.words().size(), one.launcher().modules().size());

        Configuration part = configuration(
                "ticktock@.service",
                Map.of(
                        "TICKTOCK_LAUNCHER_MODULES", "state,blob",
                        "TICKTOCK_CLUSTER_MEMBERS", "10.0.0.1:7800",
                        "TICKTOCK_CLUSTER_PORT", "7801",
                        "TICKTOCK_STATE_DATABASE_URL", "postgres://ticktock:secret@10.0.0.2/ticktock"));
        assertEquals(List.of("state", "blob"), part.launcher().modules());
        assertEquals(Path.of("/var/lib/ticktock/part"), part.launcher().dataFolder());
        assertTrue(part.cluster().orElseThrow().tls().isPresent());
    }

    private Configuration configuration(String name, Map<String, String> ofFile) throws IOException {
        List<String> lines = Files.readAllLines(UNITS.resolve(name));
        Map<String, String> variables = new HashMap<>(ofFile);
        Set<String> credentials = new HashSet<>();
        for (String line : lines) {
            if (line.startsWith("LoadCredential=")) {
                credentials.add(line.substring("LoadCredential=".length(), line.indexOf(':')));
            }
            if (line.startsWith("Environment=")) {
                String[] variable = line.substring("Environment=".length()).split("=", 2);
                variables.put(variable[0], expanded(variable[1], credentials));
            }
        }
        Settings settings = Settings.shipped();
        if (variables.containsKey("TICKTOCK_CONFIG")) {
            settings = settings.with(Path.of("..", "conf", "ticktock.yaml"));
        }
        return Configuration.of(settings.with(variables));
    }

    private static String expanded(String value, Set<String> credentials) {
        if (value.startsWith("%d/")) {
            String credential = value.substring("%d/".length());
            assertTrue(credentials.contains(credential), () -> credential + " is not loaded");
        }
        return value.replace("%d", "/run/credentials").replace("%S", "/var/lib").replace("%i", "part");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ticktock.service", "ticktock@.service"})
    void itsEndIsWaitedForAndItIsStartedAgain(String name) throws IOException {
        Map<String, String> directives = Files.readAllLines(UNITS.resolve(name)).stream()
                .filter(line -> line.matches("[A-Za-z]+=.*"))
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (earlier, later) -> later));
        long stopS = Long.parseLong(directives.get("TimeoutStopSec").replace("s", ""));
        assertTrue(stopS > Interruption.LONGEST_TIDY_UP.toSeconds());
        // What is one of several ends so, too, when nobody serves what it needs, and must try again.
        String never = name.contains("@") ? null : Integer.toString(ExitCode.USAGE.number());
        assertEquals(never, directives.get("RestartPreventExitStatus"));
        assertEquals("on-failure", directives.get("Restart"));
    }
}
