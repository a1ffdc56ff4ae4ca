package io.ticktock.state;

import java.math.BigInteger;
import java.util.Comparator;

/** The precedence of semantic versions: numbers by value, a pre-release before its release, build data ignored. */
public enum SemanticVersionOrder implements Comparator<String> {
    BY_PRECEDENCE;

    @Override
    public int compare(String one, String other) {
        String[] parts = split(one);
        String[] otherParts = split(other);
        int byNumbers = compareIdentifiers(parts[0], otherParts[0]);
        if (byNumbers != 0) {
            return byNumbers;
        }
        if (parts[1].isEmpty() || otherParts[1].isEmpty()) {
            return Boolean.compare(parts[1].isEmpty(), otherParts[1].isEmpty());
        }
        return compareIdentifiers(parts[1], otherParts[1]);
    }

    /** The numbers, and the pre-release or "". */
    private static String[] split(String version) {
        int build = version.indexOf('+');
        String precedence = build < 0 ? version : version.substring(0, build);
        int dash = precedence.indexOf('-');
        return dash < 0
                ? new String[] {precedence, ""}
                : new String[] {precedence.substring(0, dash), precedence.substring(dash + 1)};
    }

    private static int compareIdentifiers(String one, String other) {
        String[] ids = one.split("\\.");
        String[] otherIds = other.split("\\.");
        for (int i = 0; i < Math.min(ids.length, otherIds.length); i++) {
            int order = compareIdentifier(ids[i], otherIds[i]);
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(ids.length, otherIds.length);
    }

    private static int compareIdentifier(String one, String other) {
        boolean isNumber = isNumber(one);
        if (isNumber != isNumber(other)) {
            return isNumber ? -1 : 1;
        }
        return isNumber ? new BigInteger(one).compareTo(new BigInteger(other)) : one.compareTo(other);
    }

    private static boolean isNumber(String identifier) {
        return !identifier.isEmpty() && identifier.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
