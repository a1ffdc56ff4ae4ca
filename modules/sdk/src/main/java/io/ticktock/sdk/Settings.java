package io.ticktock.sdk;

import java.util.Map;

/** What the graph says about a node, as its type asks for. */
@FunctionalInterface
public interface Settings {

    /**
     * The settings as an unmodifiable tree of Map, List, String, Long, Double, Boolean and null, every {@code ${…}}
     * filled in. Fails when an expression cannot be evaluated.
     */
    Map<String, Object> tree();

    /** One setting of the tree, or null when the graph does not give it. */
    default Object get(String name) {
        return tree().get(name);
    }
}
