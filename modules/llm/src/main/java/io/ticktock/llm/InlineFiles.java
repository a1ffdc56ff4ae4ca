package io.ticktock.llm;

import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.PdfFileContent;
import dev.langchain4j.data.message.TextContent;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Images and files of one call that a message holds itself, as {@code data:} URLs, or names by an address. */
final class InlineFiles {

    private static final Pattern DATA = Pattern.compile("data:([a-z0-9.+/-]{3,100});base64,([A-Za-z0-9+/=]*)");

    private final int mostBytes;
    private long bytes;

    InlineFiles(int mostBytes) {
        this.mostBytes = mostBytes;
    }

    Content content(String kind, Object reference) {
        if (!(reference instanceof String text)) {
            throw AskReader.invalid("the " + kind + " of a message is no data: URL and no https URL");
        }
        if (text.startsWith("https://") && kind.equals("image")) {
            return ImageContent.from(text);
        }
        Matcher data = DATA.matcher(text);
        if (!data.matches()) {
            throw AskReader.invalid("the " + kind + " of a message is no data: URL in Base64 and no https URL");
        }
        return content(data.group(1), data.group(2));
    }

    Content content(String mediaType, String base64) {
        bytes += base64.length() / 4 * 3L;
        if (bytes > mostBytes) {
            throw AskReader.invalid("the files of a call are larger than the " + mostBytes + " bytes that are sent");
        }
        if (mediaType.startsWith("image/")) {
            return ImageContent.from(base64, mediaType);
        }
        if (mediaType.equals("application/pdf")) {
            return PdfFileContent.from(base64, mediaType);
        }
        if (mediaType.startsWith("text/") || mediaType.equals("application/json")) {
            return TextContent.from(new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8));
        }
        throw AskReader.invalid("a model is sent images, PDF and text, not " + mediaType);
    }
}
