package io.ticktock.launcher;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.cluster.Cluster;
import io.ticktock.cluster.ClusterConfiguration;
import io.ticktock.cluster.MemberFacts;
import io.ticktock.state.FolderLock;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** This process as one of several: it alone uses its data folder, and shares no blob files with another one. */
final class ClusterMember implements AutoCloseable {

    private static final Duration LOOK_AGAIN = Duration.ofMillis(250);

    private final ClusterConfiguration configuration;
    private final Cluster cluster;
    private final FolderLock folder;

    private ClusterMember(ClusterConfiguration configuration, Cluster cluster, FolderLock folder) {
        this.configuration = configuration;
        this.cluster = cluster;
        this.folder = folder;
    }

    /**
     * Joins, under the name of the data folder.
     *
     * @param keepsFiles whether blobs, if this process serves them, are files in the folder
     */
    static ClusterMember join(
            Path dataFolder,
            ClusterConfiguration configuration,
            Set<SystemModule> modules,
            boolean keepsFiles,
            VertxOptions options) {
        FolderLock folder = locked(dataFolder);
        try {
            MemberFacts own = MemberFacts.of(
                    InstanceId.of(dataFolder),
                    modules.stream().map(SystemModule::word).toList(),
                    keepsFiles && modules.contains(SystemModule.BLOB));
            ClusterMember joined = new ClusterMember(configuration, Cluster.join(configuration, own, options), folder);
            joined.requireBlobsOfOne(own);
            return joined;
        } catch (RuntimeException e) {
            unlock(folder);
            throw e;
        }
    }

    private static FolderLock locked(Path dataFolder) {
        try {
            Files.createDirectories(dataFolder);
            return FolderLock.on(dataFolder);
        } catch (IOException e) {
            throw new Failure(
                    FailureCode.INVALID_ARGUMENT, "the data folder " + dataFolder + " cannot be written to", e);
        }
    }

    /** A member that was killed is still listed for a while. */
    private void requireBlobsOfOne(MemberFacts own) {
        if (!own.modules().contains(SystemModule.BLOB.word())) {
            return;
        }
        long giveUpNanos = System.nanoTime() + configuration.startTimeout().toNanos();
        while (isInConflict(own, Client.await(cluster.others()))) {
            if (System.nanoTime() > giveUpNanos) {
                cluster.leave();
                throw CommandFailure.usage(
                        "another member serves the module blob, and blobs are files of one of the two:"
                                + " let one member serve it, or set blob.store to s3 for all");
            }
            Client.await(cluster.vertx().timer(LOOK_AGAIN.toMillis()));
        }
    }

    private static boolean isInConflict(MemberFacts own, List<MemberFacts> others) {
        return others.stream()
                .filter(other -> !other.instanceId().equals(own.instanceId()))
                .filter(other -> other.modules().contains(SystemModule.BLOB.word()))
                .anyMatch(other -> own.keepsBlobFiles() || other.keepsBlobFiles());
    }

    Cluster cluster() {
        return cluster;
    }

    String description() {
        return ", member of a cluster at " + configuration.host() + ":" + configuration.port();
    }

    /** Lets go of the data folder; the cluster is left with the modules. */
    @Override
    public void close() {
        unlock(folder);
    }

    private static void unlock(FolderLock folder) {
        try {
            folder.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the data folder was not let go of", e);
        }
    }
}
