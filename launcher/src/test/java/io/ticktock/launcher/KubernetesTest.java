package io.ticktock.launcher;

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.launcher.configuration.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The manifests have the form that Kubernetes wants, fit together, and give each process what it needs. */
class KubernetesTest {

    private static final Path MANIFESTS = Path.of("..", "conf", "kubernetes");
    private static final Path OPERATIONS = Path.of("..", "docs", "operations.md");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path folder;

    static List<JsonNode> resources() throws IOException {
        List<JsonNode> all = new ArrayList<>();
        for (JsonNode file : kustomization().get("resources")) {
            all.addAll(documents(Files.readString(MANIFESTS.resolve(file.asText()))));
        }
        return all;
    }

    private static JsonNode kustomization() throws IOException {
        return documents(Files.readString(MANIFESTS.resolve("kustomization.yaml")))
                .get(0);
    }

    private static List<JsonNode> documents(String text) {
        List<JsonNode> documents = new ArrayList<>();
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        new Yaml(new SafeConstructor(strict))
                .loadAll(text)
                .forEach(document -> documents.add(JSON.valueToTree(document)));
        return documents;
    }

    static List<JsonNode> deployments() throws IOException {
        return resources().stream()
                .filter(resource -> is(resource, "Deployment"))
                .toList();
    }

    private static boolean is(JsonNode resource, String kind) {
        return resource.get("kind").asText().equals(kind);
    }

    @Test
    void everyFileIsAppliedAndHasTheFormThatKubernetesWants() throws IOException {
        Set<String> applied =
                elements(kustomization().get("resources")).map(JsonNode::asText).collect(toCollection(TreeSet::new));
        try (Stream<Path> files = Files.list(MANIFESTS)) {
            assertEquals(
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> !name.equals("kustomization.yaml"))
                            .collect(toCollection(TreeSet::new)),
                    applied);
        }
        for (JsonNode resource : resources()) {
            assertEquals(Optional.empty(), KubernetesForm.fault(resource.toString()), resource::toString);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    terminationGracePeriodSeconds: 75 | terminationGracePeriod: 75        | terminationGracePeriod
                    readOnlyRootFilesystem: true      | readonlyRootFilesystem: true      | readonlyRootFilesystem
                    failureThreshold: 36              | failures: 36                      | failures
                    containerPort: 7172               | port: 7172                        | port
                    replicas: 2                       | replicas: two                     | two
                    maxUnavailable: 1                 | maxUnavailble: 1                  | maxUnavailble
                    secretName: ticktock-members-tls  | name: ticktock-members-tls        | name
                    kind: PodDisruptionBudget         | kind: PodDisruptionBudgets        | PodDisruptionBudgets
                    """)
    void aMistypedFieldIsFound(String right, String wrong, String named) throws IOException {
        String text = Files.readString(MANIFESTS.resolve("engine.yaml"));
        String broken = text.replace(right, wrong);
        assertNotEquals(text, broken);
        List<String> faults = new ArrayList<>();
        for (JsonNode resource : documents(broken)) {
            KubernetesForm.fault(resource.toString()).ifPresent(faults::add);
        }
        assertTrue(faults.size() == 1 && faults.get(0).contains(named), faults::toString);
    }

    @Test
    void whatSelectsPodsFindsThem() throws IOException {
        for (JsonNode deployment : deployments()) {
            assertEquals(
                    labels(deployment.at("/spec/selector/matchLabels")),
                    labels(deployment.at("/spec/template/metadata/labels")));
            assertEquals(
                    1,
                    resources().stream()
                            .filter(resource -> is(resource, "PodDisruptionBudget"))
                            .filter(budget -> labels(budget.at("/spec/selector/matchLabels"))
                                    .equals(labels(deployment.at("/spec/selector/matchLabels"))))
                            .count(),
                    deployment::toString);
        }
        for (JsonNode resource : resources()) {
            switch (resource.get("kind").asText()) {
                case "Service" -> {
                    List<JsonNode> pods = selected(resource.at("/spec/selector"));
                    for (JsonNode port : resource.at("/spec/ports")) {
                        requirePort(pods, port.get("targetPort").asText());
                    }
                }
                case "NetworkPolicy" -> {
                    List<JsonNode> pods = selected(resource.at("/spec/podSelector/matchLabels"));
                    for (JsonNode rule : resource.at("/spec/ingress")) {
                        rule.get("ports")
                                .forEach(port ->
                                        requirePort(pods, port.get("port").asText()));
                    }
                }
                default -> {
                    // Selects nothing, or was looked at above.
                }
            }
        }
    }

    private static List<JsonNode> selected(JsonNode labels) throws IOException {
        List<JsonNode> pods = deployments().stream()
                .map(deployment -> deployment.at("/spec/template"))
                .filter(pod -> labels(pod.at("/metadata/labels"))
                        .entrySet()
                        .containsAll(labels(labels).entrySet()))
                .toList();
        assertFalse(pods.isEmpty(), labels::toString);
        return pods;
    }

    private static void requirePort(List<JsonNode> pods, String name) {
        pods.forEach(pod -> assertTrue(
                ports(pod.at("/spec/containers/0")).containsKey(name), () -> "no port " + name + " in " + pod));
    }

    private static Map<String, Integer> ports(JsonNode container) {
        return elements(container.get("ports"))
                .collect(toMap(
                        port -> port.get("name").asText(),
                        port -> port.get("containerPort").asInt()));
    }

    private static Map<String, String> labels(JsonNode labels) {
        Map<String, String> all = new HashMap<>();
        labels.fields()
                .forEachRemaining(
                        label -> all.put(label.getKey(), label.getValue().asText()));
        return all;
    }

    private static Stream<JsonNode> elements(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    /** With the real reader: an unknown key or variable is an error there. */
    @ParameterizedTest
    @MethodSource("deployments")
    void theConfigurationIsOneThatTheProgramTakes(JsonNode deployment) throws IOException {
        JsonNode container = deployment.at("/spec/template/spec/containers/0");
        Configuration configuration = configuration(container);
        Map<String, Integer> ports = ports(container);

        assertEquals(ports.get("members"), configuration.cluster().orElseThrow().port());
        assertEquals(ports.get("bus"), configuration.cluster().orElseThrow().busPort());
        assertEquals(
                ports.get("health"),
                configuration.launcher().health().orElseThrow().port());
        assertTrue(configuration.cluster().orElseThrow().tls().isPresent());
        assertEquals(
                Optional.of("ticktock-members"),
                configuration.cluster().orElseThrow().dnsName());
        assertTrue(resources().stream()
                .anyMatch(resource -> is(resource, "Service")
                        && resource.at("/metadata/name").asText().equals("ticktock-members")
                        && resource.at("/spec/clusterIP").asText().equals("None")
                        && resource.at("/spec/publishNotReadyAddresses").asBoolean()));
        if (modules(container).contains(SystemModule.API)) {
            assertEquals(ports.get("api"), configuration.api().port());
            assertTrue(configuration.api().tls().isPresent());
        }
        requireMounted(deployment, configuration.launcher().dataFolder());
        requireMounted(deployment, Path.of("/tmp"));
        requireMounted(deployment, configuration.cluster().get().tls().get().key());
        if (modules(container).contains(SystemModule.API)) {
            requireMounted(deployment, configuration.api().tls().get().key());
        }
    }

    private static Configuration configuration(JsonNode container) throws IOException {
        Map<String, String> variables = variables(container);
        Path path = Path.of(variables.get("TICKTOCK_CONFIG"));
        JsonNode map = resources().stream()
                .filter(resource -> is(resource, "ConfigMap"))
                .findFirst()
                .orElseThrow();
        String text = map.get("data").get(path.getFileName().toString()).asText();
        Path file = Files.writeString(folder.resolve("ticktock.yaml"), text);
        return Configuration.of(Settings.shipped().with(file).with(variables));
    }

    /** With samples of what only the cluster knows. */
    private static Map<String, String> variables(JsonNode container) {
        Map<String, String> variables = new HashMap<>();
        for (JsonNode variable : container.get("env")) {
            String fixed = variable.path("value").asText();
            String field = variable.at("/valueFrom/fieldRef/fieldPath").asText();
            variables.put(variable.get("name").asText(), field.equals("status.podIP") ? "10.1.2.3" : fixed);
        }
        for (JsonNode secrets : container.path("envFrom")) {
            variables.put(secrets.get("prefix").asText() + "API_KEY", "a secret");
        }
        return variables;
    }

    private static Set<SystemModule> modules(JsonNode container) {
        List<String> arguments =
                elements(container.get("args")).map(JsonNode::asText).toList();
        assertEquals(List.of("serve", "--modules"), arguments.subList(0, 2));
        assertEquals(3, arguments.size());
        return Arrays.stream(arguments.get(2).split(","))
                .map(word -> SystemModule.ofWord(word).orElseThrow(() -> new AssertionError("no module " + word)))
                .collect(toCollection(() -> EnumSet.noneOf(SystemModule.class)));
    }

    private static void requireMounted(JsonNode deployment, Path path) {
        JsonNode pod = deployment.at("/spec/template/spec");
        Set<String> volumes = elements(pod.get("volumes"))
                .map(volume -> volume.get("name").asText())
                .collect(toSet());
        JsonNode mount = elements(pod.at("/containers/0/volumeMounts"))
                .filter(each -> path.startsWith(each.get("mountPath").asText()))
                .findFirst()
                .orElseThrow(() -> new AssertionError(path + " is not mounted"));
        assertTrue(volumes.contains(mount.get("name").asText()), mount::toString);
    }

    /** Together they are the whole system; only those that store are told where. */
    @Test
    void theProcessesAreOneSystem() throws IOException {
        Set<SystemModule> all = EnumSet.noneOf(SystemModule.class);
        for (JsonNode deployment : deployments()) {
            JsonNode container = deployment.at("/spec/template/spec/containers/0");
            Set<SystemModule> modules = modules(container);
            all.addAll(modules);
            assertEquals(
                    modules.contains(SystemModule.STATE),
                    variables(container).containsKey("TICKTOCK_STATE_DATABASE_URL"));
            assertTrue(
                    !modules.contains(SystemModule.BLOB)
                            || configuration(container).blob().s3().isPresent(),
                    "files are for one process only");
        }
        ModuleAddresses.requireServed(all);
        assertEquals(EnumSet.allOf(SystemModule.class), all);
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void itsLifeIsWatchedAndItsEndWaitedFor(JsonNode deployment) throws IOException {
        JsonNode pod = deployment.at("/spec/template/spec");
        JsonNode container = pod.get("containers").get(0);
        Configuration configuration = configuration(container);
        for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
            String path = probe.equals("livenessProbe") ? "/health/live" : "/health/ready";
            assertEquals(path, container.at("/" + probe + "/httpGet/path").asText());
            assertEquals("health", container.at("/" + probe + "/httpGet/port").asText());
        }
        long startS = container.at("/startupProbe/periodSeconds").asLong()
                * container.at("/startupProbe/failureThreshold").asLong();
        long waitS = configuration.cluster().orElseThrow().startTimeout().toSeconds();
        assertTrue(startS > waitS, startS + " s are not longer than cluster.start_timeout");
        long sleepS = container.at("/lifecycle/preStop/sleep/seconds").asLong();
        long endS = sleepS + Interruption.LONGEST_TIDY_UP.toSeconds();
        assertTrue(pod.get("terminationGracePeriodSeconds").asLong() > endS, "it ends after " + endS + " s");
        assertTrue(configuration.executor().drainTimeout().compareTo(Interruption.LONGEST_TIDY_UP) < 0);
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void itMayDoNoMoreThanItNeeds(JsonNode deployment) throws IOException {
        JsonNode pod = deployment.at("/spec/template/spec");
        JsonNode container = pod.get("containers").get(0);
        assertTrue(pod.at("/securityContext/runAsNonRoot").asBoolean());
        String user = "USER " + pod.at("/securityContext/runAsUser").asText() + ":"
                + pod.at("/securityContext/runAsGroup").asText();
        assertTrue(Files.readAllLines(Path.of("..", "Containerfile")).contains(user), user);
        assertTrue(container.at("/securityContext/readOnlyRootFilesystem").asBoolean());
        assertFalse(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true));
        assertEquals(
                "[\"ALL\"]", container.at("/securityContext/capabilities/drop").toString());
        assertFalse(pod.get("automountServiceAccountToken").asBoolean(true));
        // Kubernetes would tell of the service 'ticktock' in TICKTOCK_PORT, which is no setting.
        assertFalse(pod.path("enableServiceLinks").asBoolean(true));
        assertTrue(container.at("/resources/requests").has("cpu"));
        assertEquals(container.at("/resources/requests/memory"), container.at("/resources/limits/memory"));
    }

    /** So that nobody has to look for what has to be there before. */
    @Test
    void theDocumentationNamesEverySecret() throws IOException {
        Set<String> named = new TreeSet<>();
        for (JsonNode deployment : deployments()) {
            deployment.findValues("secretName").forEach(name -> named.add(name.asText()));
            deployment
                    .findValues("secretRef")
                    .forEach(reference -> named.add(reference.get("name").asText()));
            deployment
                    .findValues("secretKeyRef")
                    .forEach(reference -> named.add(reference.get("name").asText()));
        }
        assertEquals(5, named.size(), named::toString);
        String page = Files.readString(OPERATIONS);
        named.forEach(name -> assertTrue(page.contains("| `" + name + "` |"), name));
    }
}
