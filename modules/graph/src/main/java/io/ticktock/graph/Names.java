package io.ticktock.graph;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What things in a graph may be called. */
final class Names {

    static final int MAX_LENGTH = 64;

    private static final Pattern NODE = Pattern.compile("[A-Za-z][A-Za-z0-9_]*");
    private static final Pattern GRAPH = Pattern.compile("[a-z][a-z0-9_-]*");
    private static final Pattern OWN_TYPE = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*(\\.[A-Za-z][A-Za-z0-9_-]*)+");
    private static final Pattern CODE = Pattern.compile("[a-z][a-z0-9_]*");
    private static final Pattern LABEL = Pattern.compile("[a-z][a-z0-9_./-]*");
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
    private static final Pattern METHOD = Pattern.compile("[A-Z]+");

    /** What could not be written behind {@code results.} */
    private static final Set<String> RESERVED = Set.of(AgentGraph.END, "true", "false", "null", "in");

    /** What frames a request, or is about the connection it travels on. */
    private static final Set<String> OF_CONNECTION = Set.of(
            "host",
            "content-length",
            "transfer-encoding",
            "connection",
            "keep-alive",
            "upgrade",
            "te",
            "trailer",
            "expect");

    private Names() {}

    static boolean isNode(String name) {
        return fits(NODE, name) && !RESERVED.contains(name);
    }

    static boolean isReserved(String name) {
        return RESERVED.contains(name);
    }

    /** Of a server in the configuration. */
    static boolean isServer(String name) {
        return fits(GRAPH, name);
    }

    static boolean isGraph(String name) {
        return fits(GRAPH, name);
    }

    /** With a dot, so that it never meets the name of a built-in type. */
    static boolean isOwnType(String name) {
        return fits(OWN_TYPE, name);
    }

    /** Of an error or a measure. */
    static boolean isCode(String name) {
        return fits(CODE, name);
    }

    static boolean isLabel(String name) {
        return fits(LABEL, name);
    }

    static boolean isHeader(String name) {
        return fits(HEADER, name);
    }

    /** Whether the header is for the sender of a request to set, who alone knows what goes over the wire. */
    static boolean isHeaderOfConnection(String name) {
        String lowerCase = name.toLowerCase(Locale.ROOT);
        return OF_CONNECTION.contains(lowerCase) || lowerCase.startsWith("proxy-");
    }

    static boolean isMethod(String name) {
        return fits(METHOD, name);
    }

    private static boolean fits(Pattern pattern, String name) {
        return name.length() <= MAX_LENGTH && pattern.matcher(name).matches();
    }
}
