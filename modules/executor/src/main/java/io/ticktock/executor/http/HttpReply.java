package io.ticktock.executor.http;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.Optional;

/**
 * What a server answered.
 *
 * @param headers by name in lower case; several of one name are joined with commas
 */
public record HttpReply(int status, Map<String, String> headers, ByteString body) {

    public Optional<String> header(String lowerCaseName) {
        return Optional.ofNullable(headers.get(lowerCaseName));
    }

    boolean isRedirect() {
        return switch (status) {
            case 301, 302, 303, 307, 308 -> headers.containsKey("location");
            default -> false;
        };
    }
}
