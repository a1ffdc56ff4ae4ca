package io.ticktock.launcher.isolation;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Holds the answer for something foreign against that for the same of nobody's. */
public final class Comparison {

    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern LATENCY = Pattern.compile("latency_ms\"?: ?\\d+");
    private static final Pattern TIME_OF_JSON = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");
    private static final Pattern TIME_OF_MESSAGE = Pattern.compile("(seconds: \\d+|nanos: \\d+)\\s*");

    private static final Pattern SECRET_OF_WEBHOOK = Pattern.compile("whsec_[A-Za-z0-9+/]+=*");

    private final Set<Naming> sent = EnumSet.noneOf(Naming.class);
    private final boolean isMade;

    /**
     * @param sent what the request had of the one and of the other, since it may come back
     * @param isMade whether the answer tells of something that the request made: at some time, under new ids
     */
    public Comparison(Set<Naming> sent, boolean isMade) {
        sent.forEach(naming -> this.sent.addAll(naming.parts()));
        this.isMade = isMade;
    }

    /** What tells them apart, or nothing. */
    public Optional<String> difference(Answer foreign, Holdings owner, Answer unknown, Holdings nobody) {
        if (foreign.equals(unknown)) {
            return Optional.empty();
        }
        Answer one = plain(foreign, owner);
        Answer other = plain(unknown, nobody);
        return one.equals(other)
                ? Optional.empty()
                : Optional.of("of something foreign: " + one + "\nof nobody's: " + other);
    }

    /** What was sent comes first: only then is any other id one that was made. */
    private Answer plain(Answer answer, Holdings holdings) {
        Answer withoutEchoes = answer.rewriting(text -> withoutEchoes(text, holdings));
        return isMade
                // A time has as many digits as it needs, and what was changed twice has another version.
                ? withoutEchoes
                        .rewriting(Comparison::withoutChance)
                        .withoutHeader("content-length")
                        .withoutHeader("etag")
                : withoutEchoes;
    }

    private String withoutEchoes(String text, Holdings holdings) {
        String without = text;
        for (Naming naming : sent) {
            without = without.replace(holdings.get(naming), "<" + naming + ">");
        }
        // A file's digest is nothing but what the file says.
        return sent.contains(Naming.GRAPH) ? DIGEST.matcher(without).replaceAll("<digest>") : without;
    }

    private static String withoutChance(String text) {
        String withoutIds = UUID.matcher(SECRET_OF_WEBHOOK.matcher(text).replaceAll("<secret>"))
                .replaceAll("<new>");
        String withoutTimes = TIME_OF_JSON.matcher(withoutIds).replaceAll("<time>");
        String withoutLatencies = LATENCY.matcher(withoutTimes).replaceAll("<latency>");
        return TIME_OF_MESSAGE.matcher(withoutLatencies).replaceAll("");
    }
}
