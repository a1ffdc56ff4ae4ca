package io.ticktock.launcher;

import static io.ticktock.launcher.SystemModule.BLOB;
import static io.ticktock.launcher.SystemModule.CONTROL;
import static io.ticktock.launcher.SystemModule.EXECUTOR;
import static io.ticktock.launcher.SystemModule.GUARDRAIL;
import static io.ticktock.launcher.SystemModule.STATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.ticktock.bus.Address;
import io.ticktock.bus.Addresses;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table says of each module what the module does. */
class ModuleTableTest {

    private static final Pattern LACKING = Pattern.compile(
            "module (\\w+) needs the address ([a-z.-]+), which module (\\w+) serves; add \\3 to the modules");

    @Test
    void everyAddressBeginsWithTheWordOfAModule() {
        addresses().forEach(address -> {
            String word = address.name().split("\\.", 2)[0];
            assertTrue(SystemModule.ofWord(word).isPresent(), address::name);
        });
    }

    @ParameterizedTest
    @EnumSource
    void aModuleNeedsWhatItsClassesNameAndNothingElse(SystemModule module) {
        Set<String> used = new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("io.ticktock." + module.word())
                        .stream()
                        .flatMap(type -> type.getFieldAccessesFromSelf().stream())
                        .filter(access -> access.getTargetOwner().isEquivalentTo(Addresses.class))
                        .flatMap(access -> constant(access.getTarget().getName()))
                        .map(Address::name)
                        .filter(name -> !name.startsWith(module.word() + "."))
                        .collect(Collectors.toCollection(TreeSet::new));

        assertEquals(used, names(ModuleAddresses.neededBy(module)));
    }

    @Test
    void allModulesTogetherLackNothing() {
        ModuleAddresses.requireServed(Set.of(SystemModule.values()));
    }

    /** One process alone runs what needs nothing from others; every other choice is refused with what it lacks. */
    @Test
    void fiveChoicesOfModulesCanBeAlone() {
        Set<Set<SystemModule>> complete = Set.of(
                EnumSet.of(STATE),
                EnumSet.of(STATE, BLOB),
                EnumSet.of(STATE, BLOB, GUARDRAIL),
                EnumSet.of(STATE, BLOB, GUARDRAIL, EXECUTOR, CONTROL),
                EnumSet.allOf(SystemModule.class));
        int refused = 0;
        for (Set<SystemModule> chosen : choices()) {
            if (complete.contains(chosen)) {
                ModuleAddresses.requireServed(chosen);
            } else {
                CommandFailure failure = assertThrows(
                        CommandFailure.class, () -> ModuleAddresses.requireServed(chosen), chosen::toString);
                assertEquals(ExitCode.USAGE, failure.exitCode());
                requireNamesWhatLacks(chosen, failure.getMessage());
                refused++;
            }
        }
        assertEquals(58, refused);
    }

    private static List<Set<SystemModule>> choices() {
        List<Set<SystemModule>> choices = new ArrayList<>();
        choices.add(EnumSet.noneOf(SystemModule.class));
        for (SystemModule module : SystemModule.values()) {
            for (Set<SystemModule> without : List.copyOf(choices)) {
                Set<SystemModule> with = EnumSet.of(module);
                with.addAll(without);
                choices.add(with);
            }
        }
        return choices.subList(1, choices.size());
    }

    private static void requireNamesWhatLacks(Set<SystemModule> chosen, String message) {
        Matcher matcher = LACKING.matcher(message);
        assertTrue(matcher.matches(), message);
        SystemModule needing = SystemModule.ofWord(matcher.group(1)).orElseThrow();
        SystemModule lacking = SystemModule.ofWord(matcher.group(3)).orElseThrow();
        assertTrue(chosen.contains(needing), message);
        assertFalse(chosen.contains(lacking), message);
        assertTrue(names(ModuleAddresses.neededBy(needing)).contains(matcher.group(2)), message);
    }

    private static Stream<Address<?, ?>> addresses() {
        return Arrays.stream(Addresses.class.getFields()).map(Field::getName).flatMap(ModuleTableTest::constant);
    }

    /** Empty for a topic: nobody has to listen. */
    private static Stream<Address<?, ?>> constant(String name) {
        try {
            return Addresses.class.getField(name).get(null) instanceof Address<?, ?> address
                    ? Stream.of(address)
                    : Stream.empty();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    private static Set<String> names(List<Address<?, ?>> addresses) {
        return addresses.stream().map(Address::name).collect(Collectors.toCollection(TreeSet::new));
    }
}
