package io.ticktock.launcher;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules of the design that a compiler does not know. A breach says how to mend it. */
class ArchitectureTest {

    /** What each module may use of the others. The poms say the same; this holds also where a pom is changed lightly. */
    private static final Map<String, Set<String>> MODULE_MAY_USE = Map.ofEntries(
            Map.entry("graph", Set.of("proto")),
            Map.entry("bus", Set.of("proto")),
            Map.entry("cluster", Set.of("proto", "bus")),
            Map.entry("sdk", Set.of("proto")),
            Map.entry("state", Set.of("proto", "graph", "bus")),
            Map.entry("blob", Set.of("proto", "graph", "bus")),
            Map.entry("guardrail", Set.of("proto", "graph", "bus")),
            Map.entry("control", Set.of("proto", "graph", "bus")),
            Map.entry("executor", Set.of("proto", "graph", "bus", "sdk")),
            Map.entry("mcp", Set.of("proto", "graph", "sdk")),
            Map.entry("llm", Set.of("proto", "graph", "bus", "sdk")),
            Map.entry("api", Set.of("proto", "graph", "bus")),
            Map.entry("testkit", Set.of("proto", "graph", "bus", "state", "blob", "sdk")),
            Map.entry(
                    "rehearsal",
                    Set.of(
                            "proto",
                            "graph",
                            "bus",
                            "sdk",
                            "state",
                            "blob",
                            "guardrail",
                            "control",
                            "executor",
                            "testkit")),
            Map.entry(
                    "launcher",
                    Set.of(
                            "proto",
                            "graph",
                            "bus",
                            "cluster",
                            "sdk",
                            "state",
                            "blob",
                            "guardrail",
                            "control",
                            "executor",
                            "mcp",
                            "llm",
                            "api",
                            "testkit")));

    /** Classes at an edge where JSON comes in or goes out; to build what Vert.x asks for may take a null one. */
    private static final Set<String> MAY_USE_JSON_OBJECT = Set.of("io.ticktock.cluster.KnownMember");

    private static final String SCRIPTED_MODEL = "io.ticktock.testkit.model..";

    /** Generated classes are left out: their shape is not ours, and there are very many. */
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("io/ticktock/proto/"))
            .importPackages("io.ticktock");

    static Stream<String> modules() {
        return MODULE_MAY_USE.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void aModuleUsesOnlyWhatIsBelowIt(String module) {
        String[] foreign = Stream.concat(modules(), Stream.of("proto"))
                .filter(other ->
                        !other.equals(module) && !MODULE_MAY_USE.get(module).contains(other))
                .map(other -> "io.ticktock." + other + "..")
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage("io.ticktock." + module + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(foreign)
                .because("each module can run in a process of its own: to reach another, send a message of"
                        + " io.ticktock.proto to one of its addresses in io.ticktock.bus.Addresses; if both need the"
                        + " same code, it belongs to graph or bus")
                .check(OURS);
    }

    @Test
    void everyModuleIsListedHere() {
        Set<String> onDisk = Stream.concat(
                        children(root().resolve("modules"))
                                .filter(folder -> Files.exists(folder.resolve("pom.xml")))
                                .map(folder -> folder.getFileName().toString()),
                        Stream.of("launcher"))
                .collect(toCollection(TreeSet::new));
        assertEquals(
                onDisk,
                new TreeSet<>(MODULE_MAY_USE.keySet()),
                "a new module is held to no rule until MODULE_MAY_USE says what it may use");
    }

    @Test
    void nothingButTheScriptedModelOfTheTestkitIsInTheProgram() {
        noClasses()
                .that()
                .resideInAnyPackage("io.ticktock.launcher..", SCRIPTED_MODEL)
                .should()
                .dependOnClassesThat(describe(
                        "are of the testkit, and not of its scripted model",
                        type -> type.getPackageName().startsWith("io.ticktock.testkit")
                                && !type.getPackageName().startsWith("io.ticktock.testkit.model")))
                .because("the jar has no other class of the testkit: what the program needs besides is no test's")
                .check(OURS);
        noClasses()
                .that()
                .resideInAPackage(SCRIPTED_MODEL)
                .should()
                .dependOnClassesThat(describe(
                        "are of another module than sdk",
                        type -> type.getPackageName().startsWith("io.ticktock.")
                                && !type.getPackageName().startsWith("io.ticktock.testkit.model")
                                && !type.getPackageName().startsWith("io.ticktock.sdk")))
                .because("it is a server of its own, which knows its clients by the protocol alone")
                .check(OURS);
    }

    @Test
    void onlyBusTouchesTheEventBus() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "io.ticktock.bus..", "io.ticktock.cluster..", "io.ticktock.testkit.simulation..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.vertx.core.eventbus..")
                .because("timeouts, trace context and failures are handled once: use io.ticktock.bus.Bus with a"
                        + " constant of Addresses, and extend Bus if it lacks something; io.ticktock.cluster only says"
                        + " where it listens, and simulations have one of their own")
                .check(OURS);
    }

    @Test
    void onlyStateTouchesTheDatabase() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.ticktock.state..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.vertx.sqlclient..", "io.vertx.pgclient..", "java.sql..", "javax.sql..")
                .because("tenants are kept apart, and commits made durable, in one place: add a request to the"
                        + " addresses of state, and its SQL to io.ticktock.state")
                .check(OURS);
    }

    @Test
    void onlyBlobTouchesS3() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.ticktock.blob..", "io.ticktock.testkit..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon.awssdk..")
                .because("large payloads go through the addresses of blob, wherever they are stored")
                .check(OURS);
    }

    @Test
    void graphAndSdkTouchNoVertx() {
        noClasses()
                .that()
                .resideInAnyPackage("io.ticktock.graph..", "io.ticktock.sdk..")
                .and()
                .resideOutsideOfPackage("io.ticktock.sdk.worker..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.vertx..")
                .because("a graph is a value and a handler is the author's: take plain Java types here, and adapt to"
                        + " Vert.x in the module that calls; only io.ticktock.sdk.worker, which talks to a server, is"
                        + " such a place itself")
                .check(OURS);
    }

    @Test
    void noPackageIsADump() {
        noClasses()
                .should()
                .resideInAnyPackage(
                        "..util..", "..utils..", "..common..", "..impl..", "..helper..", "..helpers..", "..misc..")
                .because("such a package says nothing of what is in it: move the class next to its only user, or"
                        + " name the package after what its classes are about")
                .check(OURS);
    }

    @Test
    void noClassIsNamedAfterItsForm() {
        classes()
                .should()
                .haveNameNotMatching(".*(Impl|Utils?|Helpers?|Common)(\\$.*)?")
                .because("a name tells what a thing is: an only implementation needs no interface, one of several is"
                        + " named after its difference (PostgresStateStore), and static methods live with the type"
                        + " they are about")
                .check(OURS);
    }

    @Test
    void jsonObjectStaysAtTheEdge() {
        noClasses()
                .that(describe(
                        "are not in MAY_USE_JSON_OBJECT",
                        type -> !MAY_USE_JSON_OBJECT.contains(type.getName().replaceAll("\\$.*", ""))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.vertx.core.json..")
                .because("the protobuf messages are the messages: pass those, or a record, inside; only a class that"
                        + " reads or writes JSON for the outside joins MAY_USE_JSON_OBJECT")
                .check(OURS);
    }

    @Test
    void everyPackageSaysWhatItIs() {
        List<String> silent = Stream.concat(children(root().resolve("modules")), Stream.of(root().resolve("launcher")))
                .map(module -> module.resolve("src/main/java"))
                .filter(Files::isDirectory)
                .flatMap(ArchitectureTest::foldersWithClasses)
                .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
                .map(folder -> root().relativize(folder).toString())
                .sorted()
                .toList();
        assertTrue(
                silent.isEmpty(),
                () -> "add a package-info.java that says what the package owns and what it never does: " + silent);
    }

    private static Stream<Path> foldersWithClasses(Path sources) {
        try (Stream<Path> files = Files.walk(sources)) {
            return files
                    .filter(file -> file.toString().endsWith(".java"))
                    .map(Path::getParent)
                    .distinct()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> children(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Tests run in the folder of their module. */
    private static Path root() {
        return Path.of("").toAbsolutePath().getParent();
    }
}
