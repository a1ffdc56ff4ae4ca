package io.ticktock.llm;

import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.PdfFileContent;
import dev.langchain4j.data.message.TextContent;
import io.ticktock.sdk.Value;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Images and files of one call: what was passed to the node, be it in a blob or not, and what a message holds itself, as {@code
 * data:} URLs, or names by an address.
 */
final class Attachments {

    private static final String PASSED = "passed";

    /** Writing more of them for a provider would hold up an event loop. */
    private static final int LARGE_BYTES = 32 << 10;

    private static final Pattern DATA = Pattern.compile("data:([a-z0-9.+/-]{3,100});base64,([A-Za-z0-9+/=]*)");

    private final Value passed;
    private final int mostBytes;
    private final ProviderKind provider;
    private long bytes;

    /**
     * @param passed to the node
     * @param provider to whom they are sent
     */
    Attachments(Value passed, int mostBytes, ProviderKind provider) {
        this.passed = passed;
        this.mostBytes = mostBytes;
        this.provider = provider;
    }

    boolean areLarge() {
        return bytes > LARGE_BYTES;
    }

    Content content(String kind, Object reference) {
        if (PASSED.equals(reference)) {
            requireRoom(passed.sizeBytes());
            return content(
                    passed.mediaType(),
                    Base64.getEncoder().encodeToString(passed.bytes().toByteArray()));
        }
        if (!(reference instanceof String text)) {
            throw AskReader.invalid("the " + kind + " of a message is neither passed nor a data: URL");
        }
        if (text.startsWith("https://") && kind.equals("image")) {
            return named(text);
        }
        Matcher data = DATA.matcher(text);
        if (!data.matches()) {
            throw AskReader.invalid("the " + kind + " of a message is neither passed nor a data: URL in Base64");
        }
        return content(data.group(1), data.group(2));
    }

    private Content named(String address) {
        if (!provider.fetchesImages()) {
            throw AskReader.invalid(
                    "this provider fetches no images from elsewhere; pass the image to the node, or write it as a data: URL");
        }
        return ImageContent.from(address);
    }

    private void requireRoom(long more) {
        if (bytes + more > mostBytes) {
            throw AskReader.invalid("the files of a call are larger than the " + mostBytes + " bytes that are sent");
        }
    }

    private Content content(String mediaType, String base64) {
        requireRoom(base64.length() / 4 * 3L);
        bytes += base64.length() / 4 * 3L;
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
