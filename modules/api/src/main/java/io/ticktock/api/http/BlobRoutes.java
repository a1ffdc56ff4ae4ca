package io.ticktock.api.http;

import io.ticktock.api.operation.BlobOperations;
import io.ticktock.proto.v1.ReadBlobRequest;
import io.ticktock.proto.v1.ReadBlobResponse;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The route of blobs. */
final class BlobRoutes {

    private static final String BYTES = "application/octet-stream";
    private static final Pattern MEDIA_TYPE =
            Pattern.compile("[\\w!#$&^.+-]{1,100}/[\\w!#$&^.+-]{1,100}(; ?[\\w-]{1,50}=[\\w.\"-]{1,50}){0,4}");

    private final BlobOperations blobs;

    BlobRoutes(BlobOperations blobs) {
        this.blobs = blobs;
    }

    List<HttpRoute> routes() {
        return List.of(HttpRoute.get("/v1/blobs/{id}", "Streams a blob, or part of it.", this::get));
    }

    private Future<HttpAnswer> get(HttpCall call) {
        call.requireQuery("media_type");
        String mediaType = call.query("media_type").orElse(BYTES);
        if (!MEDIA_TYPE.matcher(mediaType).matches()) {
            throw JsonBody.invalid("media_type must be one such as application/json, not '" + mediaType + "'");
        }
        return read(call, 0, 1).map(first -> answer(call, mediaType, first.getSizeBytes()));
    }

    private Future<ReadBlobResponse> read(HttpCall call, long offset, int length) {
        ReadBlobRequest request = ReadBlobRequest.newBuilder()
                .setUri(call.path("id"))
                .setOffset(offset)
                .setLength(length)
                .build();
        return call.perform(blobs.read, request);
    }

    private HttpAnswer answer(HttpCall call, String mediaType, long size) {
        String etag = "\"" + call.path("id") + "\"";
        if (call.header("If-None-Match").filter(etag::equals).isPresent()) {
            return HttpAnswer.notModified(etag);
        }
        boolean isOfThis = call.header("If-Range").map(etag::equals).orElse(true);
        Optional<ByteRange> range = isOfThis
                ? call.header("Range")
                        .map(header -> ByteRange.of(header, size))
                        .orElse(Optional.of(ByteRange.whole(size)))
                : Optional.of(ByteRange.whole(size));
        return range.map(asked -> part(call, asked, headers(etag, mediaType, asked, size)))
                .orElseGet(() -> unsatisfiable(size));
    }

    /** What tenants wrote is to be kept, and never to be shown as a page of this address. */
    private static Map<String, String> headers(String etag, String mediaType, ByteRange range, long size) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("ETag", etag);
        headers.put("Accept-Ranges", "bytes");
        headers.put("Content-Type", mediaType);
        headers.put("Content-Length", Long.toString(range.length()));
        headers.put("Content-Disposition", "attachment");
        headers.put("X-Content-Type-Options", "nosniff");
        if (!range.isWhole()) {
            headers.put(
                    "Content-Range",
                    "bytes " + range.offset() + "-" + (range.offset() + range.length() - 1) + "/" + size);
        }
        return headers;
    }

    private HttpAnswer part(HttpCall call, ByteRange range, Map<String, String> headers) {
        return HttpAnswer.streaming(headers, response -> {
            response.setStatusCode(range.isWhole() ? 200 : 206);
            BlobStream.write((offset, length) -> read(call, offset, length), response, range);
        });
    }

    private static HttpAnswer unsatisfiable(long size) {
        Map<String, String> headers = Map.of("Content-Type", Problem.MEDIA_TYPE, "Content-Range", "bytes */" + size);
        return HttpAnswer.streaming(
                headers,
                response -> response.setStatusCode(416)
                        .end(Buffer.buffer(JsonText.bytes(Problem.ofStatus(416).json()))));
    }
}
