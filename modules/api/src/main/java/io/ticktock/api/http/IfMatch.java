package io.ticktock.api.http;

import java.util.ArrayList;
import java.util.List;

/** The header If-Match, after section 13.1.1 of RFC 9110, where ETags are the numbers of events. */
final class IfMatch {

    private static final int MOST = 16;
    /** No event has it. */
    private static final long NONE = -1;

    private IfMatch() {}

    /** The events of which one is to be the last; empty when the header is not there, or takes any. */
    static List<Long> seqs(List<String> headers) {
        List<Long> seqs = new ArrayList<>();
        for (String header : headers) {
            for (String tag : header.split(",", -1)) {
                if (tag.strip().equals("*")) {
                    return List.of();
                }
                seqs.add(seq(tag.strip()));
            }
        }
        if (seqs.size() > MOST) {
            throw JsonBody.invalid("If-Match must have at most " + MOST + " ETags");
        }
        return seqs;
    }

    /** What is weak, or no ETag of a lifetime, is none that a lifetime has. */
    private static long seq(String tag) {
        return tag.matches("\"[0-9]{1,18}\"") ? Long.parseLong(tag.substring(1, tag.length() - 1)) : NONE;
    }
}
