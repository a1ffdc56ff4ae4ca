package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ticktock.cluster.ClusterConfiguration;
import io.ticktock.cluster.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that cannot be members, or not yet. */
class ClusterRefusalTest {

    @TempDir
    private Path folder;

    private Endpoint one;
    private Endpoint other;

    @BeforeEach
    void findPorts() throws IOException {
        try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            one = new Endpoint("127.0.0.1", first.getLocalPort());
            other = new Endpoint("127.0.0.1", second.getLocalPort());
        }
    }

    /** Another member, of these modules, on the folder "one". */
    private ClusterMember join(EnumSet<SystemModule> modules) {
        ClusterConfiguration configuration = new ClusterConfiguration(
                one.host(),
                one.port(),
                0,
                List.of(one, other),
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(30),
                Duration.ofSeconds(5));
        return ClusterMember.join(folder.resolve("one"), configuration, modules, true, Deployment.options(1));
    }

    private void assertRefused(String modules, String data, String message) {
        TypedCommand refused = TypedCommand.run(
                Map.of(),
                List.of(
                        "serve",
                        "--cluster",
                        "--modules",
                        modules,
                        "--data",
                        folder.resolve(data).toString(),
                        "--set",
                        "cluster.port=" + other.port(),
                        "--set",
                        "cluster.members=127.0.0.1:" + one.port() + ",127.0.0.1:" + other.port(),
                        "--set",
                        "cluster.start_timeout=1s"));

        assertEquals("ticktock: " + message, refused.err().strip());
        assertEquals(2, refused.exitCode());
    }

    @Test
    void whatNobodyServesIsNamed() {
        assertRefused(
                "executor",
                "other",
                "module executor needs the address state.append-task, which module state serves, and no member of the"
                        + " cluster has served it for 1 s; start a member with state, or add it to the modules of this"
                        + " one");
    }

    @Test
    void filesOfBlobsAreOneMembers() {
        ClusterMember first = join(EnumSet.of(SystemModule.BLOB));
        try (first) {
            assertRefused(
                    "blob",
                    "other",
                    "another member serves the module blob, and blobs are files of one of the two: let one member serve"
                            + " it, or set blob.store to s3 for all");
        } finally {
            first.cluster().leave();
        }
    }

    @Test
    void aDataFolderIsOneMembers() {
        ClusterMember first = join(EnumSet.of(SystemModule.API));
        try (first) {
            assertRefused(
                    "api",
                    "one",
                    "the data folder " + folder.resolve("one")
                            + " is in use by another process: stop that one, or give another --data");
        } finally {
            first.cluster().leave();
        }
    }
}
