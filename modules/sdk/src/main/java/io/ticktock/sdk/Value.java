package io.ticktock.sdk;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.Payload;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A value on its way between nodes: bytes with a media type, most often JSON. It is parsed when somebody first looks
 * at its {@link #tree()}; passed on unread, it costs nothing. Thread-safe.
 */
public final class Value {

    public static final String JSON = "application/json";

    private static final ByteString OPEN = ByteString.copyFromUtf8("[");
    private static final ByteString COMMA = ByteString.copyFromUtf8(",");
    private static final ByteString CLOSE = ByteString.copyFromUtf8("]");
    private static final Object UNREAD = new Object();

    /** JSON null. */
    public static final Value NULL = json(null);

    private final String mediaType;
    private final long sizeBytes;
    private final Optional<Payload> recorded;
    private final Supplier<ByteString> bytes;
    private final Supplier<InputStream> stream;
    private final Supplier<Object> reader;
    private volatile Object tree = UNREAD;

    private Value(
            String mediaType,
            long sizeBytes,
            Optional<Payload> recorded,
            Supplier<ByteString> bytes,
            Supplier<InputStream> stream,
            Optional<Supplier<Object>> reader) {
        this.mediaType = isJson(mediaType) ? JSON : mediaType;
        this.sizeBytes = sizeBytes;
        this.recorded = recorded;
        this.bytes = bytes;
        this.stream = stream;
        this.reader = reader.orElse(this::parse);
    }

    /** A tree of Map, List, String, numbers, Boolean and null, written as JSON now. Throws {@link JsonException}. */
    public static Value json(Object tree) {
        return ofJson(Json.write(tree));
    }

    /** Bytes that are JSON already. */
    public static Value ofJson(ByteString json) {
        return of(JSON, json);
    }

    /** Bytes of any media type. */
    public static Value of(String mediaType, ByteString bytes) {
        return of(inline(mediaType, bytes));
    }

    /** What an inline payload holds. */
    public static Value of(Payload inline) {
        ByteString bytes = inline.getInline();
        return new Value(
                inline.getMediaType(),
                bytes.size(),
                Optional.of(inline),
                () -> bytes,
                bytes::newInput,
                Optional.empty());
    }

    /**
     * What a payload refers to.
     *
     * @param bytes gives the content; throws {@link HandlerFailure} when it is not held in memory
     * @param stream gives the content as a stream, which may block
     */
    public static Value of(Payload reference, Supplier<ByteString> bytes, Supplier<InputStream> stream) {
        return new Value(
                reference.getMediaType(),
                reference.getBlob().getSizeBytes(),
                Optional.of(reference),
                bytes,
                stream,
                Optional.empty());
    }

    /** Bytes that are there when they are asked for, or else {@link HandlerFailure} is thrown. */
    public static Value later(String mediaType, long sizeBytes, Supplier<ByteString> bytes) {
        return new Value(
                mediaType, sizeBytes, Optional.empty(), bytes, () -> bytes.get().newInput(), Optional.empty());
    }

    /** A JSON list of these. */
    public static Value list(List<Value> elements) {
        long sizeBytes = 2;
        for (Value element : elements) {
            sizeBytes += element.sizeBytes;
        }
        return new Value(
                JSON,
                sizeBytes,
                Optional.empty(),
                () -> bytesOf(elements),
                () -> bytesOf(elements).newInput(),
                Optional.of(() -> treeOf(elements)));
    }

    /** Its media type, without parameters where it is JSON. */
    public String mediaType() {
        return mediaType;
    }

    /** Whether {@link #tree()} parses it as JSON. */
    public boolean isJson() {
        return mediaType.equals(JSON);
    }

    /** The value as a message: a reference where it came from one, else with its bytes. */
    public Payload payload() {
        return recorded.orElseGet(() -> inline(mediaType, bytes()));
    }

    /** Its size; that of a list without what separates its elements. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** Its bytes. Throws {@link HandlerFailure} when they are too many to be held in memory. */
    public ByteString bytes() {
        return bytes.get();
    }

    /** Its bytes as a stream, however many. May block: to be read on a worker thread. */
    public InputStream open() {
        return stream.get();
    }

    /**
     * JSON as an unmodifiable tree of Map, List, String, Long, Double, Boolean and null; text as a String. Throws
     * {@link HandlerFailure} for other media types and {@link JsonException} for broken JSON.
     */
    public Object tree() {
        if (tree == UNREAD) {
            tree = reader.get();
        }
        return tree;
    }

    private Object parse() {
        if (isJson()) {
            return Json.parse(bytes());
        }
        if (mediaType.startsWith("text/")) {
            return bytes().toStringUtf8();
        }
        throw new HandlerFailure(
                "unreadable_value",
                "a value of media type " + mediaType + " is neither JSON nor text, so its content cannot be looked at",
                false);
    }

    private static List<Object> treeOf(List<Value> elements) {
        List<Object> trees = new ArrayList<>(elements.size());
        elements.forEach(element -> trees.add(element.tree()));
        return Collections.unmodifiableList(trees);
    }

    private static ByteString bytesOf(List<Value> elements) {
        List<ByteString> parts = new ArrayList<>(2 * elements.size() + 2);
        for (Value element : elements) {
            parts.add(parts.isEmpty() ? OPEN : COMMA);
            parts.add(element.isJson() ? element.bytes() : Json.write(element.tree()));
        }
        if (parts.isEmpty()) {
            parts.add(OPEN);
        }
        parts.add(CLOSE);
        return ByteString.copyFrom(parts);
    }

    /** JSON goes without saying. */
    private static Payload inline(String mediaType, ByteString bytes) {
        return Payload.newBuilder()
                .setMediaType(isJson(mediaType) ? "" : mediaType)
                .setInline(bytes)
                .build();
    }

    private static boolean isJson(String mediaType) {
        if (mediaType.isEmpty() || mediaType.equals(JSON)) {
            return true;
        }
        String type = mediaType.toLowerCase(Locale.ROOT);
        return type.startsWith(JSON) || type.contains("+json");
    }
}
