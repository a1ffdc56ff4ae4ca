package io.ticktock.graph.source;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads a file that holds one YAML or JSON document. */
public final class SourceFile {

    public static final int MAX_BYTES = 1 << 20;

    /** How deeply lists and maps may nest. */
    public static final int MAX_DEPTH = 64;

    private SourceFile() {}

    /**
     * The document, with what is wrong with it added to the faults; nothing when no document could be read. A name that
     * ends in {@code .json} is read as JSON, one in {@code .yaml} or {@code .yml} as YAML, any other one as what its
     * content starts like.
     */
    public static Optional<SourceValue> read(String name, byte[] content, List<SourceFault> faults) {
        if (content.length > MAX_BYTES) {
            faults.add(new SourceFault(
                    SourcePosition.START,
                    "the file has " + content.length + " bytes",
                    "at most " + MAX_BYTES + " are allowed: split it, and give long texts as input"));
            return Optional.empty();
        }
        Optional<String> decoded = decode(content, faults);
        if (decoded.isEmpty()) {
            return Optional.empty();
        }
        SourceText text = new SourceText(decoded.get());
        if (text.text().isBlank()) {
            faults.add(new SourceFault(SourcePosition.START, "the file is empty", "fill it, or remove it"));
            return Optional.empty();
        }
        return isJson(name, text.text()) ? JsonSource.read(text, faults) : YamlSource.read(text, faults);
    }

    private static boolean isJson(String name, String text) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".yaml") || lower.endsWith(".yml")) {
            return false;
        }
        return lower.endsWith(".json") || text.stripLeading().startsWith("{");
    }

    private static Optional<String> decode(byte[] content, List<SourceFault> faults) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        CharBuffer chars = CharBuffer.allocate(content.length);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(bytes, chars, true);
        String text = chars.flip().toString();
        if (result.isError()) {
            int offset = text.codePointCount(0, text.length());
            faults.add(new SourceFault(
                    new SourceText(text).position(offset), "the file is not UTF-8 here", "save it as UTF-8"));
            return Optional.empty();
        }
        String unmarked = text.startsWith("\uFEFF") ? text.substring(1) : text;
        return Optional.of(unmarked.replace("\r\n", "\n"));
    }
}
