package io.ticktock.api.http;

import io.ticktock.proto.v1.ReadBlobResponse;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes part of a blob to a client, as fast as that takes it: a chunk is read once the one before is on its way. */
final class BlobStream {

    private static final Logger LOG = LoggerFactory.getLogger(BlobStream.class);
    private static final int CHUNK_BYTES = 256 * 1024;

    /** Reads some bytes. */
    interface Source {
        Future<ReadBlobResponse> read(long offset, int length);
    }

    private final Source source;
    private final HttpServerResponse response;
    private final long end;
    private long offset;

    private BlobStream(Source source, HttpServerResponse response, ByteRange range) {
        this.source = source;
        this.response = response;
        this.offset = range.offset();
        this.end = range.offset() + range.length();
    }

    static void write(Source source, HttpServerResponse response, ByteRange range) {
        new BlobStream(source, response, range).go();
    }

    private void go() {
        if (response.closed()) {
            return;
        }
        if (offset == end) {
            response.end();
            return;
        }
        source.read(offset, (int) Math.min(CHUNK_BYTES, end - offset)).onComplete(this::write, this::breakOff);
    }

    private void write(ReadBlobResponse read) {
        if (response.closed()) {
            return;
        }
        if (read.getChunk().isEmpty()) {
            breakOff(new IllegalStateException("the blob ended before its size"));
            return;
        }
        offset += read.getChunk().size();
        response.write(Buffer.buffer(read.getChunk().toByteArray()));
        if (response.writeQueueFull()) {
            response.drainHandler(drained -> {
                response.drainHandler(null);
                go();
            });
        } else {
            go();
        }
    }

    /** Its status is written already: that the rest is missing shows by the end of the connection. */
    private void breakOff(Throwable cause) {
        LOG.warn("a blob was not sent to its end: {}", cause.getMessage());
        response.reset();
    }
}
