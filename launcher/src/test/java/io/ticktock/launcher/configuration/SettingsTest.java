package io.ticktock.launcher.configuration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.launcher.configuration.LauncherConfiguration.LogLevel;
import io.ticktock.mcp.McpConfiguration;
import io.ticktock.mcp.ServerAddress;
import io.ticktock.mcp.ServerConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {

    @TempDir
    private Path folder;

    @Test
    void theShippedFileIsAValidConfiguration() {
        Configuration configuration = Configuration.of(Settings.shipped());

        assertEquals(Path.of("data"), configuration.launcher().dataFolder());
        assertEquals(LogLevel.WARN, configuration.launcher().logLevel());
        assertEquals(Duration.ofMinutes(2), configuration.blob().bounds().uploadIdle());
        assertEquals(4L << 30, configuration.blob().bounds().maxBlobBytes());
    }

    @Test
    void aScriptedModelStandsInForNoProvider() {
        Settings wanted = Settings.shipped().with("launcher.scripted_model", "true", "--set");

        assertFalse(Configuration.of(Settings.shipped()).needsScriptedModel());
        assertTrue(Configuration.of(Settings.shipped()).withScriptedModel().needsScriptedModel());
        assertTrue(Configuration.of(wanted).needsScriptedModel());
        assertFalse(
                Configuration.of(wanted.with("llm.providers.default.base_url", "http://127.0.0.1:11434/v1", "--set"))
                        .needsScriptedModel());
    }

    @Test
    void aLaterLayerWins() throws IOException {
        Path file = file("blob:\n  max_uploads: 1\n  max_reads: 2\nlauncher: {event_loops: 3}\n");

        Configuration configuration = Configuration.of(Settings.shipped()
                .with(file)
                .with(Map.of("TICKTOCK_BLOB_MAX_READS", "20", "TICKTOCK_LAUNCHER_EVENT_LOOPS", "30", "OTHER", "x"))
                .with("launcher.event_loops", "4", "--set"));

        assertEquals(1, configuration.blob().bounds().maxUploads());
        assertEquals(20, configuration.blob().bounds().maxReads());
        assertEquals(4, configuration.launcher().eventLoops());
    }

    @Test
    void variablesGiveSecretsOfTheDefaultTenantWithoutShowingThem() {
        Configuration configuration = Configuration.of(Settings.shipped()
                .with(Map.of("TICKTOCK_SECRET_API_KEY", "never shown"))
                .with("api.port", "0", "--set"));

        assertEquals(
                Map.of("API_KEY", "never shown"),
                configuration.executor().bounds().secrets().ofDefaultTenant());
        assertFalse(configuration.toString().contains("never shown"));
        ConfigurationFault fault = assertThrows(
                ConfigurationFault.class,
                () -> Settings.shipped().with(Map.of("TICKTOCK_SECRET_api-key", "never shown")));
        assertTrue(fault.getMessage().startsWith("the variable TICKTOCK_SECRET_api-key names no secret"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    blob: {max_uplods: 1}          | FILE:1:8: unknown key blob.max_uplods; did you mean blob.max_uploads?
                    blobs: {max_uploads: 1}        | FILE:1:9: unknown key blobs.max_uploads; did you mean blob.max_uploads?
                    zzz: 1                         | FILE:1:1: unknown key zzz
                    blob: 7                        | FILE:1:1: unknown key blob
                    blob: {max_uploads: many}      | FILE:1:8: blob.max_uploads must be a whole number, such as 8, not 'many'
                    blob: {max_uploads: 3000000000} | FILE:1:8: blob.max_uploads must be at most 2147483647, not '3000000000'
                    blob: {max_uploads: 0}         | FILE:1:8: blob.max_uploads must be 1 to 10000, not 0
                    blob: {upload_idle: 5}         | FILE:1:8: blob.upload_idle must be a number with ms, s, m, h or d behind it, such as 500ms, not '5'
                    blob: {store: s4}              | FILE:1:8: blob.store must be one of files, s3, not 's4'
                    blob: {store: s3, s3: {bucket: ab}} | FILE:1:24: blob.s3.bucket must be 3 to 63 letters, digits, dots and hyphens where blob.store is s3, not 'ab'
                    blob: {store: s3, s3: {bucket: abc, endpoint: 'a b'}} | FILE:1:37: blob.s3.endpoint must be a URL such as https://s3.example.com
                    blob: {store: s3, s3: {bucket: abc}, max_blob_bytes: 6000000000} | FILE:1:38: blob.max_blob_bytes must be at most 5368709120 where blob.store is s3, not 6000000000
                    launcher: {log_level: loud}    | FILE:1:12: launcher.log_level must be one of error, warn, info, debug, trace, not 'loud'
                    launcher: {modules: []}        | FILE:1:12: launcher.modules must name at least one module
                    launcher: {event_loops: 1, event_loops: 2} | FILE:1:28: launcher.event_loops stands at FILE:1:12 already
                    api: {jwt: {issuer: i, audience: a, key_file: k, algorithms: [RS256, HS256]}} | FILE:1:50: api.jwt.algorithms must be some of RS256, RS384, RS512, PS256, ES256, ES384, EdDSA, not 'HS256'
                    api: {jwt: {issuer: i, audience: a, key_file: k, key_address: 'https://i/'}} | FILE:1:37: api.jwt.key_file or api.jwt.key_address must say where the issuer's public keys are, one of them
                    api: {jwt: {issuer: i, audience: a, key_address: 'http://i/'}} | FILE:1:37: api.jwt.key_address must be an https address, not 'http://i/'
                    executor: {secrets: {folder: nowhere}} | FILE:1:22: executor.secrets.folder must be a folder that is there, not nowhere
                    mcp: {servers: {a: {comand: x}}} | FILE:1:21: unknown key mcp.servers.a.comand
                    mcp: {servers: {a: {command: x, url: 'http://h/'}}} | mcp.servers.a must have one of command, for a process of its own, and url, for a server elsewhere
                    mcp: {servers: {a: {url: 'ftp://h/'}}} | FILE:1:21: mcp.servers.a.url must be a URL such as https://tools.example.com/mcp, without a user and a fragment, not 'ftp://h/'
                    mcp: {servers: {a: {command: x, max_calls: 0}}} | FILE:1:33: mcp.servers.a.max_calls must be 1 to 1024, not 0
                    mcp: {servers: {a: {command: x, env: {K: 'secret:k'}}}} | FILE:1:39: mcp.servers.a.env.K is no reference to a secret: write secret: and a name of 1 to 64 capital letters, digits and _, a letter first, such as secret:API_KEY
                    [a, b]                         | FILE:1:1: the file must hold keys and values
                    launcher: {modules: [[a]]}     | FILE:1:22: a single value must stand here
                    """)
    void aFaultNamesPlaceKeyAndWhatIsRight(String text, String message) throws IOException {
        Path file = file(text);

        ConfigurationFault fault = assertThrows(
                ConfigurationFault.class,
                () -> Configuration.of(Settings.shipped().with(file)));

        assertEquals(message.replace("FILE", file.toString()), fault.getMessage());
    }

    @Test
    void serversHaveNamesOfTheirOwn() throws IOException {
        Path file = file("""
                mcp:
                  servers:
                    files: {command: npx, args: [-y, "a,b", 'c\\d'], env: {API_KEY: secret:FILES}, call_timeout: 5s}
                    tools: {url: "https://tools.example.com/mcp?x=1", headers: {Authorization: secret:TOOLS}, tenants: ["*"]}
                """);

        McpConfiguration mcp = Configuration.of(Settings.shipped().with(file)).mcp();

        ServerConfiguration files = mcp.servers().get("files");
        assertEquals(
                new ServerAddress.Command(List.of("npx", "-y", "a,b", "c\\d"), Map.of("API_KEY", "secret:FILES")),
                files.address());
        assertEquals(Duration.ofSeconds(5), files.callTimeout());
        assertEquals(Set.of("default"), files.tenants());
        assertEquals(Set.of("*"), mcp.servers().get("tools").tenants());
        assertEquals(Set.of("TOOLS"), mcp.servers().get("tools").address().secrets());
    }

    @Test
    void brokenYamlIsNamedWithItsPlace() throws IOException {
        Path file = file("launcher: {event_loops: 1\nblob: }");

        ConfigurationFault fault =
                assertThrows(ConfigurationFault.class, () -> Settings.shipped().with(file));

        assertTrue(fault.getMessage().startsWith(file + ":2:"), fault.getMessage());
        assertTrue(fault.getMessage().contains("not YAML"), fault.getMessage());
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        ConfigurationFault fault =
                assertThrows(ConfigurationFault.class, () -> Settings.shipped().with(folder.resolve("none.yaml")));

        assertEquals(folder.resolve("none.yaml") + ": no such configuration file", fault.getMessage());
    }

    @Test
    void anUnknownVariableIsNamedWithTheOneThatWasMeant() {
        ConfigurationFault fault = assertThrows(
                ConfigurationFault.class, () -> Settings.shipped().with(Map.of("TICKTOCK_BLOB_MAX_UPLOAD", "1")));

        assertEquals(
                "the variable TICKTOCK_BLOB_MAX_UPLOAD names no setting; did you mean TICKTOCK_BLOB_MAX_UPLOADS?",
                fault.getMessage());
    }

    @Test
    void aVariableWithAWrongValueIsNamed() {
        ConfigurationFault fault = assertThrows(
                ConfigurationFault.class,
                () -> Configuration.of(Settings.shipped().with(Map.of("TICKTOCK_LAUNCHER_EVENT_LOOPS", "-1"))));

        assertEquals(
                "the variable TICKTOCK_LAUNCHER_EVENT_LOOPS: launcher.event_loops must be 0 to 256, not -1",
                fault.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 1", "4, 2", "8, 4", "64, 5"})
    void eventLoopsSuitTheMachine(int processors, int eventLoops) {
        assertEquals(eventLoops, LauncherConfiguration.chosenFor(processors));
    }

    @Test
    void noTwoKeysShareAVariable() {
        Settings settings = Settings.shipped();

        assertEquals(
                settings.keys().size(),
                settings.keys().stream().map(Settings::variable).distinct().count());
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("ticktock.yaml"), text);
    }
}
