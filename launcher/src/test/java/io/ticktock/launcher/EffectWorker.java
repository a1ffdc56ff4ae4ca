package io.ticktock.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ticktock.sdk.Attempt;
import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.worker.Worker;
import io.ticktock.testkit.Evidence.Effect;
import io.ticktock.testkit.History;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * A worker in a process of its own whose effect is a line in a ledger. It dies just before or just after an effect when a
 * file tells it to.
 */
final class EffectWorker {

    static final String TYPE = "faults.effect";

    /** Of a worker that died where it was told to. */
    static final int EXIT_CODE = 77;

    /** Where it is to die next. */
    enum Death {
        BEFORE_THE_EFFECT,
        AFTER_THE_EFFECT
    }

    private final FileChannel ledger;
    private final Path death;

    private EffectWorker(FileChannel ledger, Path death) {
        this.ledger = ledger;
        this.death = death;
    }

    /** Arguments: address, key, ledger's file, file that says where to die, while there is one. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        // Now, on this thread alone: logging does not like to be set up by several at once.
        LoggerFactory.getILoggerFactory();
        FileChannel ledger = FileChannel.open(
                Path.of(arguments[2]), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        EffectWorker tasks = new EffectWorker(ledger, Path.of(arguments[3]));
        Worker worker = Worker.connect(arguments[0])
                .apiKey(arguments[1])
                .task(TYPE, TaskHandler.blocking(tasks::run))
                .capacity(16)
                .start();
        worker.connected().thenRun(() -> System.out.println("connected to " + arguments[0]));
        worker.await();
    }

    private synchronized TaskOutcome run(TaskContext context) throws IOException {
        Optional<Death> told = told();
        dieAt(told, Death.BEFORE_THE_EFFECT);
        Attempt attempt = context.attempt();
        write(String.join(
                " ",
                attempt.tenantId(),
                attempt.lifetimeId(),
                attempt.executionId(),
                attempt.idempotencyKey(),
                Integer.toString(attempt.number()),
                Instant.now().toString()));
        dieAt(told, Death.AFTER_THE_EFFECT);
        return TaskOutcome.json(Map.of("value", context.input().tree()));
    }

    private Optional<Death> told() throws IOException {
        if (!Files.exists(death)) {
            return Optional.empty();
        }
        Death told = Death.valueOf(Files.readString(death));
        Files.delete(death);
        return Optional.of(told);
    }

    private static void dieAt(Optional<Death> told, Death here) {
        if (told.equals(Optional.of(here))) {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }

    /** In one piece, since it may be killed at any time. */
    private void write(String line) throws IOException {
        ledger.write(ByteBuffer.wrap((line + "\n").getBytes(UTF_8)));
    }

    /** What workers wrote into this ledger. */
    static List<Effect> effects(Path ledger) {
        if (!Files.exists(ledger)) {
            return List.of();
        }
        try (Stream<String> lines = Files.lines(ledger)) {
            return lines.map(line -> line.split(" ")).map(EffectWorker::effect).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Effect effect(String[] words) {
        return new Effect(
                new History.Key(words[0], words[1]),
                words[2],
                words[3],
                Integer.parseInt(words[4]),
                Optional.of(Instant.parse(words[5])),
                true);
    }
}
