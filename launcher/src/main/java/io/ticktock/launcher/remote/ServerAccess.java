package io.ticktock.launcher.remote;

import io.ticktock.sdk.worker.ServerAddress;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A server, and what it takes to be let in.
 *
 * @param key says who asks; empty: nobody
 * @param certificate a PEM file with what to trust instead of what the system trusts
 */
public record ServerAccess(ServerAddress address, Optional<String> key, Optional<Path> certificate) {

    /** Without the key: this may be logged. */
    @Override
    public String toString() {
        return address.toString();
    }
}
