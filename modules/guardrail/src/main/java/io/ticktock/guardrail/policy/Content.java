package io.ticktock.guardrail.policy;

import com.google.protobuf.ByteString;
import io.ticktock.graph.expression.ExpressionFailure;
import io.ticktock.graph.expression.PlainJson;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.PlanResult;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** What a record's result holds, as policies read it: parsed when one first does. For one thread at a time. */
public final class Content {

    /** Of a record without a result, or where no policy asks for it. */
    public static final Content NONE = new Content("", ByteString.EMPTY, null, "");

    private final String mediaType;
    private final ByteString bytes;
    private final String failure;
    private Object value;
    private boolean parsed;

    private Content(String mediaType, ByteString bytes, Object value, String failure) {
        this.mediaType = mediaType.toLowerCase(Locale.ROOT);
        this.bytes = bytes;
        this.value = value;
        this.failure = failure;
        this.parsed = bytes.isEmpty();
    }

    /** Bytes of this media type; empty means JSON. */
    public static Content of(String mediaType, ByteString bytes) {
        return bytes.isEmpty() && !mediaType.startsWith("text/")
                ? unreadable("the result is empty, which is no JSON")
                : new Content(mediaType, bytes, "", "");
    }

    /** What a Plan chose: {@code next}, a list of node ids, and {@code explanation}, a text. */
    public static Content of(PlanExecution execution) {
        if (execution.hasError()) {
            return NONE;
        }
        PlanResult result = execution.getResult();
        return new Content(
                "",
                ByteString.EMPTY,
                Map.of("next", List.copyOf(result.getNextTaskIdsList()), "explanation", result.getExplanation()),
                "");
    }

    /** What policies cannot look at, and why not. */
    public static Content unreadable(String why) {
        return new Content("", ByteString.EMPTY, null, why);
    }

    public int sizeBytes() {
        return bytes.size();
    }

    /** A plain tree; null without a result. Throws {@link ExpressionFailure} when it cannot be looked at. */
    Object value() {
        if (!failure.isEmpty()) {
            throw new ExpressionFailure(failure);
        }
        if (!parsed) {
            value = parse();
            parsed = true;
        }
        return value;
    }

    private static final Pattern CHARSET =
            Pattern.compile("charset\\s*=\\s*\"?(?!utf-?8|us-ascii)", Pattern.CASE_INSENSITIVE);

    private Object parse() {
        if (mediaType.startsWith("text/")) {
            return text();
        }
        if (mediaType.isEmpty() || mediaType.startsWith("application/json") || mediaType.contains("+json")) {
            return PlainJson.parse(bytes.toStringUtf8());
        }
        throw new ExpressionFailure(
                "a result of media type " + mediaType + " is neither JSON nor text: narrow applies_to to other nodes");
    }

    /** What is written in another way would look harmless to every pattern. */
    private String text() {
        boolean hasOtherCharset = CHARSET.matcher(mediaType).find();
        if (hasOtherCharset || !bytes.isValidUtf8() || bytes.toStringUtf8().indexOf('\0') >= 0) {
            throw new ExpressionFailure("the text is not UTF-8: narrow applies_to to other nodes");
        }
        return bytes.toStringUtf8();
    }
}
