package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packed program runs the graphs that ship, as a user would run them. All tests share one data folder. */
class RunIT {

    private static final Path GRAPHS =
            Path.of("..", "conf", "graphs").toAbsolutePath().normalize();

    @TempDir
    private static Path folder;

    @AfterAll
    static void everyLifetimeIsDecidedTheSameAgain() throws IOException, InterruptedException {
        Replays.requireAllAgree(folder);
    }

    @Test
    void wordsAreCountedAsTheUnixToolsCountThem() throws IOException, InterruptedException {
        long seed = System.nanoTime();
        Path text = Files.writeString(folder.resolve("text.txt"), text(new Random(seed)));

        JarProcess.Result result =
                JarProcess.run(folder, "", "run", graph("word-count"), "--input", "text=@" + text, "-o", "json");

        assertEquals(0, result.exitCode(), result::toString);
        JsonNode report = json(result);
        assertEquals("completed", report.get("status").asText());
        assertTrue(report.get("totals").get("executions").asInt() > 10, report::toString);
        JsonNode output = report.get("output");
        StringBuilder top = new StringBuilder();
        output.get("top")
                .forEach(word -> top.append(word.get("count").asText())
                        .append(' ')
                        .append(word.get("word").asText())
                        .append('\n'));
        String message = "seed " + seed;
        assertEquals(
                shell("awk 'BEGIN{RS=\"\"} END{print NR}' text.txt"),
                output.get("paragraphs").asText(),
                message);
        assertEquals(shell(WORDS + "| wc -l"), output.get("words").asText(), message);
        assertEquals(
                shell(WORDS + "| sort | uniq -c | sort -k1,1nr -k2,2 | head -10 | awk '{print $1, $2}'"),
                top.toString().strip(),
                message);
    }

    private static final String WORDS = "tr -cs A-Za-z '\\n' < text.txt | tr A-Z a-z | grep . ";

    @Test
    void newtonPlansAndActsUntilTheErrorIsSmall() throws IOException, InterruptedException {
        JarProcess.Result result = JarProcess.run(folder, "", "run", graph("newton"), "--input", "n=2", "-o", "json");

        assertEquals(0, result.exitCode(), result::toString);
        assertEquals(Math.sqrt(2), json(result).get("output").get("root").asDouble(), 1e-6, result::toString);
    }

    @Test
    void aChangedGraphUnderTheSameVersionIsRefused() throws IOException, InterruptedException {
        Path file = folder.resolve("changing.yaml");
        Files.writeString(file, ASK.replace("ask-someone", "changing"));
        assertEquals(3, JarProcess.run(folder, "", "run", file.toString()).exitCode());
        Files.writeString(file, ASK.replace("ask-someone", "changing").replace("Ready?", "Really ready?"));

        JarProcess.Result result = JarProcess.run(folder, "", "run", file.toString());

        assertEquals(2, result.exitCode(), result::toString);
        assertEquals(
                "ticktock: " + file + ": graph changing 1.0.0 is registered with other content, and a version never"
                        + " changes; raise 'version:' in the file\n",
                result.err());
    }

    @Test
    void aPersonIsAskedUntilTheAnswerFits() throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("ask.yaml"), ASK);

        JarProcess.Result result = JarProcess.run(folder, "perhaps\nyes\n9\n3\n", "run", file.toString());

        assertEquals(0, result.exitCode(), result::toString);
        assertEquals(Json.parse("{\"ready\":true,\"stars\":3}"), Json.parse(result.out()), result::toString);
        assertTrue(result.err().contains("ask asks: Ready?"), result::toString);
        assertTrue(result.err().contains("ready: must be yes or no"), result::toString);
        assertTrue(result.err().contains("stars: is 9; give at most 5"), result::toString);
    }

    @Test
    void whatNobodyAnswersWaitsUntilSomebodyDoes() throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("ask.yaml"), ASK);
        JarProcess.Result left = JarProcess.run(folder, "", "run", file.toString(), "-o", "json");
        assertEquals(3, left.exitCode(), left::toString);
        assertEquals("running", json(left).get("status").asText());
        String id = json(left).get("lifetime_id").asText();
        assertTrue(left.err().contains("lifetimes answer " + id), left::toString);

        JarProcess.Result wrong =
                JarProcess.run(folder, "", "lifetimes", "answer", id, "--input", "ready=7", "--input", "stars=3");
        assertEquals(2, wrong.exitCode(), wrong::toString);
        JarProcess.Result answered = JarProcess.run(
                folder, "", "lifetimes", "answer", id, "--input", "ready=true", "--input", "stars=3", "-o", "json");

        assertEquals(0, answered.exitCode(), answered::toString);
        assertEquals("completed", json(answered).get("status").asText());
        assertEquals("{\"ready\":true,\"stars\":3}", Json.text(json(answered).get("output")));
    }

    @Test
    void approvalGoesRoundUntilThePersonIsContent() throws IOException, InterruptedException {
        JarProcess.Result result = JarProcess.run(
                folder, "no\nshorter\nClosed on Friday.\nyes\n\n", "run", graph("approval"), "-o", "json");

        assertEquals(0, result.exitCode(), result::toString);
        assertEquals(
                "{\"approved\":true,\"rounds\":2,\"text\":\"Closed on Friday.\"}",
                Json.text(json(result).get("output")),
                result::toString);
    }

    static final String ASK = """
            graph: ask-someone
            version: 1.0.0
            start: ask
            tasks:
              ask:
                type: human
                prompt: Ready?
                form:
                  type: object
                  required: [ready, stars]
                  properties:
                    ready: {type: boolean}
                    stars: {type: integer, minimum: 1, maximum: 5}
            plans:
              done: {type: next, next: END}
            edges:
              - ask -> done
              - done -> END [FINAL]
            """;

    private static String graph(String name) {
        return GRAPHS.resolve(name + ".yaml").toString();
    }

    /** Standard output holds exactly one JSON value. */
    static JsonNode json(JarProcess.Result result) {
        return Json.parse(result.out()).orElseThrow(() -> new AssertionError("not one JSON value\n" + result));
    }

    private static String text(Random random) {
        List<String> words =
                List.of("the", "The", "THE", "a", "tick", "tock", "it's", "x-ray", "no1", "plan", "é", "42");
        StringBuilder text = new StringBuilder();
        int paragraphs = 20 + random.nextInt(20);
        for (int paragraph = 0; paragraph < paragraphs; paragraph++) {
            int length = 1 + random.nextInt(60);
            for (int i = 0; i < length; i++) {
                text.append(words.get(random.nextInt(words.size()))).append(random.nextInt(9) == 0 ? "\n" : " ");
            }
            text.append("end.").append("\n".repeat(2 + random.nextInt(3)));
        }
        return text.toString();
    }

    private static String shell(String command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command).directory(folder.toFile());
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), command);
        return out.strip();
    }
}
