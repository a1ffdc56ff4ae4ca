package io.ticktock.launcher.isolation;

import java.util.List;
import java.util.Map;

/** One way to ask for something. */
public interface Attempt {

    /** For people. */
    String name();

    List<Slot> slots();

    /** Whether it only reads. */
    boolean isReading();

    /** Whether it makes something of the caller's own, under names that it may choose. */
    boolean isMaking();

    /**
     * Asks.
     *
     * @param key of who asks
     * @param filling what the slots are filled with; those that are not in it are left out
     * @param pageSize of a list; 0: not said
     */
    Answer send(String key, Map<Slot, String> filling, int pageSize);
}
