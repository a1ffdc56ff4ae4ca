package io.ticktock.api.token;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that holds the keys. */
record KeyFile(Vertx vertx, Path file) implements KeySource {

    @Override
    public Future<byte[]> read() {
        return vertx.executeBlocking(this::bytes);
    }

    private byte[] bytes() {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new KeySetFault("it is larger than " + MOST_BYTES + " bytes");
            }
            return bytes;
        } catch (IOException e) {
            throw new KeySetFault("the file cannot be read", e);
        }
    }

    @Override
    public boolean isAtHand() {
        return true;
    }

    @Override
    public String described() {
        return "api.jwt.key_file " + file;
    }
}
