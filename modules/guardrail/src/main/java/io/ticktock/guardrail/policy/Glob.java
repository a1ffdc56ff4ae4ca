package io.ticktock.guardrail.policy;

/**
 * A text in which {@code *} stands for any characters, also none.
 *
 * @param pattern such as {@code research-*}
 */
record Glob(String pattern) {

    /** In steps that are bounded by the product of both lengths, whatever the pattern. */
    boolean matches(String text) {
        int inPattern = 0;
        int inText = 0;
        int star = -1;
        int triedTo = 0;
        while (inText < text.length()) {
            if (inPattern < pattern.length() && pattern.charAt(inPattern) == '*') {
                star = inPattern++;
                triedTo = inText;
            } else if (inPattern < pattern.length() && pattern.charAt(inPattern) == text.charAt(inText)) {
                inPattern++;
                inText++;
            } else if (star >= 0) {
                inPattern = star + 1;
                inText = ++triedTo;
            } else {
                return false;
            }
        }
        while (inPattern < pattern.length() && pattern.charAt(inPattern) == '*') {
            inPattern++;
        }
        return inPattern == pattern.length();
    }
}
