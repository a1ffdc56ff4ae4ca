package io.ticktock.launcher.isolation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which of the slots of an attempt have something foreign; the others have the caller's own, or nothing.
 *
 * @param own those with the caller's own
 */
public record Variation(Set<Slot> foreign, Set<Slot> own) {

    /** All of them foreign, and each alone among the caller's own or nothing. */
    public static Set<Variation> of(Attempt attempt) {
        Set<Slot> all = new LinkedHashSet<>(attempt.slots());
        Set<Variation> variations = new LinkedHashSet<>();
        variations.add(new Variation(all, Set.of()));
        for (Slot slot : all) {
            Set<Slot> others = new LinkedHashSet<>(all);
            others.remove(slot);
            // There is no own token: a list is begun with none.
            others.removeIf(other -> other.naming() == Naming.PAGE_TOKEN);
            variations.add(new Variation(Set.of(slot), others));
            if (isAlone(slot)) {
                variations.add(new Variation(
                        Set.of(slot), others.stream().filter(Slot::isRequired).collect(Collectors.toSet())));
            }
        }
        return variations;
    }

    /** Filters are good without others, and a token is of the list without those that would make it another. */
    private static boolean isAlone(Slot slot) {
        return slot.naming() == Naming.PAGE_TOKEN || slot.place().startsWith("query ");
    }

    public Set<Naming> namings() {
        return foreign.stream().map(Slot::naming).collect(Collectors.toSet());
    }

    /** With what somebody has in place of what is foreign. */
    public Map<Slot, String> filling(Holdings somebody, Holdings caller) {
        Map<Slot, String> filling = new LinkedHashMap<>();
        foreign.forEach(slot -> filling.put(slot, somebody.get(slot.naming())));
        own.forEach(slot -> filling.put(slot, caller.get(slot.naming())));
        return filling;
    }

    @Override
    public String toString() {
        return "foreign " + places(foreign) + ", own " + places(own);
    }

    private static List<String> places(Set<Slot> slots) {
        List<String> places = new ArrayList<>();
        slots.forEach(slot -> places.add(slot.place()));
        return places;
    }
}
