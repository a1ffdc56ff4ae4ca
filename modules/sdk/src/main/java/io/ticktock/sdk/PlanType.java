package io.ticktock.sdk;

/**
 * A kind of Plan that graphs can name. An author's own is a public class with a public constructor without parameters,
 * listed in {@code META-INF/services/io.ticktock.sdk.PlanType}.
 */
public interface PlanType {

    /** What a graph writes behind {@code type:}. An author's own has a dot, such as {@code acme.triage}. */
    String name();

    /** What decides for the Plans of this type; used by many attempts at once, from any thread. */
    PlanHandler handler();

    /** Whether the handler looks at {@link PlanContext#arrivals()}. False spares reading them. */
    default boolean readsArrivals() {
        return true;
    }
}
