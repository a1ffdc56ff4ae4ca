package io.ticktock.api.http;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The bytes of a blob that a client asks for, as {@code Range} of RFC 9110 says it.
 *
 * @param offset at most the size
 * @param isWhole whether the client wants all of it
 */
record ByteRange(long offset, long length, boolean isWhole) {

    /** Longer numbers are behind the end of anything. */
    private static final Pattern FORM = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");

    /**
     * Empty when there is no byte of what is asked for. What is no range, or several of them, asks for all of it: a
     * server need not understand it.
     */
    static Optional<ByteRange> of(String header, long size) {
        Matcher matcher = FORM.matcher(header);
        if (!matcher.matches() || header.equals("bytes=-")) {
            return Optional.of(whole(size));
        }
        String first = matcher.group(1);
        String last = matcher.group(2);
        if (first.isEmpty()) {
            return part(size - Math.min(size, Long.parseLong(last)), size - 1, size);
        }
        long begin = Long.parseLong(first);
        long end = last.isEmpty() ? Long.MAX_VALUE : Long.parseLong(last);
        return end < begin ? Optional.of(whole(size)) : part(begin, Math.min(end, size - 1), size);
    }

    static ByteRange whole(long size) {
        return new ByteRange(0, size, true);
    }

    private static Optional<ByteRange> part(long first, long last, long size) {
        return first >= size ? Optional.empty() : Optional.of(new ByteRange(first, last - first + 1, false));
    }
}
