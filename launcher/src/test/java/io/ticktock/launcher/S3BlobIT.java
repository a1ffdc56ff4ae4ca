package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ticktock.testkit.S3Server;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packed program keeps large payloads in a bucket. */
class S3BlobIT {

    private static final Map<String, String> CREDENTIALS = Map.of(
            "AWS_ACCESS_KEY_ID", S3Server.ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY", S3Server.SECRET_KEY,
            "AWS_EC2_METADATA_DISABLED", "true");

    private static final Map<String, String> NO_CREDENTIALS = Map.of("AWS_EC2_METADATA_DISABLED", "true");

    private static final String LARGE = """
            graph: large
            version: 1.0.0
            start: make
            tasks:
              make: {type: transform, output: {text: "${input.text + input.text}"}}
            edges:
              - make -> END [FINAL]
            """;

    @TempDir
    private Path folder;

    private S3Server server;

    @BeforeEach
    void start() throws Exception {
        server = S3Server.start(InstantSource.system());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aLargeResultIsInTheBucketAndReadBackEqual() throws Exception {
        Path graph = Files.writeString(folder.resolve("large.yaml"), LARGE);
        String text = "0123456789abcdef".repeat(200_000);
        Path input = Files.writeString(folder.resolve("text.txt"), text);

        JarProcess.Result result = run(CREDENTIALS, "run", graph.toString(), "--input", "text=@" + input, "-o", "json");

        assertEquals(0, result.exitCode(), result::err);
        JsonNode report = RunIT.json(result);
        assertEquals(text + text, report.get("output").get("text").asText());
        byte[] payload = Json.text(report.get("output")).getBytes(StandardCharsets.UTF_8);
        assertArrayEquals(payload, server.content("blobs/default!/" + sha256(payload)));
        assertFalse(Files.exists(folder.resolve("data/blobs")), "blobs are in the data folder too");
        assertEquals(List.of(), server.keys("uploads/"));

        String id = report.get("lifetime_id").asText();
        JarProcess.Result shown = run(CREDENTIALS, "lifetimes", "show", id, "-o", "json");
        assertEquals(report.get("output"), RunIT.json(shown).get("output"), shown::err);
        JarProcess.Result replayed = run(CREDENTIALS, "replay", id);
        assertEquals(0, replayed.exitCode(), replayed::toString);
    }

    @Test
    void whatIsWrongWithTheBucketIsSaidAtTheStart() throws Exception {
        String graph = Files.writeString(folder.resolve("large.yaml"), LARGE).toString();
        assertRefused(
                "blob.s3.bucket: there is no bucket elsewhere at " + server.endpoint() + "; make it first",
                run(CREDENTIALS, "run", graph, "--set", "blob.s3.bucket=elsewhere"));
        assertRefused(
                "blob.store is s3, and there are no credentials for it: set AWS_ACCESS_KEY_ID",
                run(NO_CREDENTIALS, "run", graph));
        assertRefused(
                "blob.s3.endpoint: no answer from bucket " + S3Server.BUCKET + " at http://127.0.0.1:1: ",
                run(CREDENTIALS, "run", graph, "--set", "blob.s3.endpoint=http://127.0.0.1:1"));
        assertRefused(
                "--set: blob.s3.bucket must be 3 to 63 letters",
                run(CREDENTIALS, "run", graph, "--set", "blob.s3.bucket="));
    }

    private JarProcess.Result run(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(arguments));
        int firstSet = all.contains("--set") ? all.indexOf("--set") : all.size();
        all.addAll(
                firstSet,
                List.of(
                        "--set", "blob.store=s3",
                        "--set", "blob.s3.endpoint=" + server.endpoint(),
                        "--set", "blob.s3.bucket=" + S3Server.BUCKET,
                        "--set", "blob.s3.region=us-east-1",
                        "--set", "blob.s3.path_style=true"));
        return JarProcess.run(folder, environment, "", all.toArray(String[]::new));
    }

    private static void assertRefused(String message, JarProcess.Result result) {
        assertTrue(result.exitCode() == 1 || result.exitCode() == 2, result::toString);
        assertTrue(result.err().contains("ticktock: " + message), result::toString);
        assertEquals(1, result.err().lines().count(), result::toString);
    }

    private static String sha256(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }
}
