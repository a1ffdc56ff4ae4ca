package io.ticktock.sdk;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.Payload;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * A value on its way between nodes: bytes with a media type, most often JSON. It is parsed when somebody first looks
 * at its {@link #tree()}; passed on unread, it costs nothing.
 */
public final class Value {

    public static final String JSON = "application/json";

    private static final ByteString OPEN = ByteString.copyFromUtf8("[");
    private static final ByteString COMMA = ByteString.copyFromUtf8(",");
    private static final ByteString CLOSE = ByteString.copyFromUtf8("]");
    private static final ByteString EMPTY_LIST = ByteString.copyFromUtf8("[]");
    private static final Object UNREAD = new Object();

    /** JSON null. */
    public static final Value NULL = json(null);

    private final Payload payload;
    private final List<Value> elements;
    private final Supplier<InputStream> source;
    private volatile ByteString bytes;
    private volatile Object tree = UNREAD;

    private Value(Payload payload, ByteString bytes, List<Value> elements, Supplier<InputStream> source) {
        this.payload = payload;
        this.bytes = bytes;
        this.elements = elements;
        this.source = source;
    }

    /** A tree of Map, List, String, numbers, Boolean and null, written as JSON now. Throws {@link JsonException}. */
    public static Value json(Object tree) {
        return ofJson(Json.write(tree));
    }

    /** Bytes that are JSON already. */
    public static Value ofJson(ByteString json) {
        return of(Payload.newBuilder().setInline(json).build());
    }

    /** Bytes of any media type. */
    public static Value of(String mediaType, ByteString bytes) {
        return of(Payload.newBuilder()
                .setMediaType(isJson(mediaType) ? "" : mediaType)
                .setInline(bytes)
                .build());
    }

    /** What an inline payload holds. */
    public static Value of(Payload inline) {
        return new Value(inline, inline.getInline(), null, null);
    }

    /** What a payload refers to, with the bytes read from there. */
    public static Value of(Payload reference, ByteString bytes) {
        return new Value(reference, bytes, null, null);
    }

    /** What a payload refers to, too large to be held in memory: it can be passed on, or streamed from the source. */
    public static Value of(Payload reference, Supplier<InputStream> source) {
        return new Value(reference, null, null, source);
    }

    /** A JSON list of these. */
    public static Value list(List<Value> elements) {
        return new Value(null, null, elements, null);
    }

    /** Its media type, without parameters where it is JSON. */
    public String mediaType() {
        return payload == null || payload.getMediaType().isEmpty() ? JSON : payload.getMediaType();
    }

    /** Whether {@link #tree()} would parse it. */
    public boolean isJson() {
        return isJson(mediaType());
    }

    /** The value as a message: a reference where it came from one, else with its bytes. */
    public Payload payload() {
        return payload != null
                ? payload
                : Payload.newBuilder().setInline(bytes()).build();
    }

    /** Its size. That of a list is what its elements have together. */
    public long sizeBytes() {
        if (elements == null) {
            return payload.hasBlob()
                    ? payload.getBlob().getSizeBytes()
                    : payload.getInline().size();
        }
        long size = 0;
        for (Value element : elements) {
            size += element.sizeBytes();
        }
        return size;
    }

    /** Its bytes. Throws {@link HandlerFailure} when it is too large to be held in memory. */
    public ByteString bytes() {
        if (bytes == null) {
            bytes = elements == null ? tooLarge() : listed();
        }
        return bytes;
    }

    /** Its bytes as a stream, of any size. May block: to be read on a worker thread. */
    public InputStream open() {
        return source == null ? bytes().newInput() : source.get();
    }

    /**
     * JSON as an unmodifiable tree of Map, List, String, Long, Double, Boolean and null; text as a String. Throws
     * {@link HandlerFailure} for other media types and {@link JsonException} for broken JSON.
     */
    public Object tree() {
        if (tree == UNREAD) {
            tree = elements == null ? read() : readElements();
        }
        return tree;
    }

    private Object read() {
        String mediaType = mediaType();
        if (isJson(mediaType)) {
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

    private List<Object> readElements() {
        List<Object> trees = new ArrayList<>(elements.size());
        for (Value element : elements) {
            trees.add(element.tree());
        }
        return Collections.unmodifiableList(trees);
    }

    private ByteString listed() {
        List<ByteString> parts = new ArrayList<>(2 * elements.size() + 1);
        for (Value element : elements) {
            parts.add(parts.isEmpty() ? OPEN : COMMA);
            parts.add(element.isJson() ? element.bytes() : Json.write(element.tree()));
        }
        parts.add(elements.isEmpty() ? EMPTY_LIST : CLOSE);
        return ByteString.copyFrom(parts);
    }

    private ByteString tooLarge() {
        throw new HandlerFailure(
                "input_too_large", "a value of " + sizeBytes() + " bytes is too large to be held in memory", false);
    }

    private static boolean isJson(String mediaType) {
        String type = mediaType.toLowerCase(Locale.ROOT);
        return type.isEmpty() || type.startsWith(JSON) || type.contains("+json");
    }
}
