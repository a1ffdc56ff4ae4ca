package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.ticktock.bus.Address;
import io.ticktock.bus.Addresses;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table says of each module what the module does. */
class ModuleTableTest {

    @Test
    void everyAddressIsServedByTheModuleWhoseWordItBeginsWith() {
        for (SystemModule module : SystemModule.values()) {
            Set<String> named = addresses()
                    .map(Address::name)
                    .filter(name -> name.startsWith(module.word() + "."))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(named, names(ModuleTable.servedBy(module)), module.word());
        }
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
                        .collect(Collectors.toCollection(TreeSet::new));
        used.removeAll(names(ModuleTable.servedBy(module)));

        assertEquals(used, names(ModuleTable.neededBy(module)));
    }

    @Test
    void allModulesTogetherLackNothing() {
        ModuleTable.requireServed(Set.of(SystemModule.values()));
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
