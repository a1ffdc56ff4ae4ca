package io.ticktock.graph;

import io.ticktock.graph.reading.Faults;
import java.util.Map;
import java.util.Optional;

/** What names lifetimes apart, for policies and for who looks for them. */
public final class Labels {

    static final int MOST = 64;
    static final int LONGEST_VALUE = 256;
    static final String FORM = "small letters, digits, dots, slashes, underscores and hyphens, a letter first";

    private Labels() {}

    /** What is wrong with labels that are given to a lifetime; empty when nothing is. */
    public static Optional<String> faultOf(Map<String, String> labels) {
        if (labels.size() > MOST) {
            return Optional.of("there are " + labels.size() + " labels; give at most " + MOST);
        }
        for (Map.Entry<String, String> label : labels.entrySet()) {
            if (!Names.isLabel(label.getKey())) {
                return Optional.of(Faults.shown(label.getKey()) + " is not a name of a label; use " + FORM
                        + ", at most " + Names.MAX_LENGTH + " in all");
            }
            if (!isValue(label.getValue())) {
                return Optional.of("the label " + label.getKey() + " must be a text of at most " + LONGEST_VALUE
                        + " characters, without control characters");
            }
        }
        return Optional.empty();
    }

    static boolean isValue(String text) {
        return text.length() <= LONGEST_VALUE && text.chars().noneMatch(Character::isISOControl);
    }
}
