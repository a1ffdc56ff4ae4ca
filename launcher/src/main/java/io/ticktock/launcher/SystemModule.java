package io.ticktock.launcher;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The modules that can be started, in the order in which they start. */
enum SystemModule {
    STATE,
    BLOB,
    GUARDRAIL,
    EXECUTOR,
    CONTROL,
    API;

    /** All that lifetimes need: everything but the way in from other programs. */
    static Set<SystemModule> engine() {
        return EnumSet.complementOf(EnumSet.of(API));
    }

    /** The module's name in configuration, packages and addresses. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<SystemModule> ofWord(String word) {
        return Arrays.stream(values())
                .filter(module -> module.word().equals(word))
                .findFirst();
    }

    static List<String> words() {
        return Arrays.stream(values()).map(SystemModule::word).toList();
    }
}
