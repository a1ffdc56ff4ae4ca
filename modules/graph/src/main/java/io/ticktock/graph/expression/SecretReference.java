package io.ticktock.graph.expression;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How a graph names a secret: a whole text {@code secret:NAME}, written in the file. What an expression gives is never
 * one, so that no input can name a secret.
 */
public final class SecretReference {

    /** What is right, for messages. */
    public static final String FORM =
            "write secret: and a name of 1 to 64 capital letters, digits and _, a letter first, such as secret:API_KEY";

    private static final String PREFIX = "secret:";
    private static final Pattern LOOKS_SO = Pattern.compile("secret:\\S*");
    private static final Pattern HOLDS_ONE = Pattern.compile("(?s).*\\bsecret:[A-Z].*");
    private static final Pattern NAME = Pattern.compile("[A-Z][A-Z0-9_]{0,63}");

    private SecretReference() {}

    /** Whether it is meant as a reference: begins as one, and has no white space. */
    public static boolean isMeant(String text) {
        return LOOKS_SO.matcher(text).matches();
    }

    /** Whether it is no reference, but has something in it that looks like one. */
    public static boolean isWithin(String text) {
        return !isMeant(text) && HOLDS_ONE.matcher(text).matches();
    }

    /** The name; empty when the text is no reference as it must be. */
    public static Optional<String> name(String text) {
        return isMeant(text)
                ? Optional.of(text.substring(PREFIX.length())).filter(SecretReference::isName)
                : Optional.empty();
    }

    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** The text that refers to a secret of this name. */
    public static String to(String name) {
        return PREFIX + name;
    }
}
