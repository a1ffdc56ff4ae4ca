package io.ticktock.sdk;

/**
 * A kind of Task that graphs can name. An author's own is a public class with a public constructor without parameters,
 * listed in {@code META-INF/services/io.ticktock.sdk.TaskType}.
 */
public interface TaskType {

    /** What a graph writes behind {@code type:}. An author's own has a dot, such as {@code acme.search}. */
    String name();

    /** What runs the Tasks of this type; used by many attempts at once, from any thread. */
    TaskHandler handler();

    /** Whether the handler looks at {@link TaskContext#input()}. False spares reading it. */
    default boolean readsInput() {
        return true;
    }
}
