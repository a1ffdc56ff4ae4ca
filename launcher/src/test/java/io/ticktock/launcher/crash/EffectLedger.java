package io.ticktock.launcher.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ticktock.sdk.Attempt;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A file in which handlers write down that they begin, before they do anything else, and that they are done, before they say so. */
public final class EffectLedger {

    private static final String BEGUN = "begun";
    private static final String DONE = "done";

    private final FileChannel file;

    private EffectLedger(FileChannel file) {
        this.file = file;
    }

    public static EffectLedger open(Path path) {
        try {
            return new EffectLedger(FileChannel.open(
                    path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void begin(Attempt attempt) {
        write(
                BEGUN,
                attempt.executionId(),
                attempt.tenantId(),
                attempt.lifetimeId(),
                attempt.idempotencyKey(),
                Integer.toString(attempt.number()),
                Instant.now().toString());
    }

    public void finish(Attempt attempt) {
        write(DONE, attempt.executionId());
    }

    /** A line at once: who is killed writes a line or does not. */
    private synchronized void write(String... words) {
        try {
            file.write(ByteBuffer.wrap((String.join(" ", words) + "\n").getBytes(UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every run, in the order in which they began. */
    public static List<Effect> read(Path path) {
        List<Effect> effects = new ArrayList<>();
        if (!Files.exists(path)) {
            return effects;
        }
        try (Stream<String> lines = Files.lines(path)) {
            lines.map(line -> line.split(" ")).forEach(words -> take(words, effects));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return effects;
    }

    private static void take(String[] words, List<Effect> effects) {
        if (words[0].equals(BEGUN)) {
            effects.add(new Effect(
                    new History.Key(words[2], words[3]),
                    words[1],
                    words[4],
                    Integer.parseInt(words[5]),
                    Optional.of(Instant.parse(words[6])),
                    false));
            return;
        }
        for (int i = effects.size() - 1; i >= 0; i--) {
            Effect run = effects.get(i);
            if (run.execId().equals(words[1]) && !run.finished()) {
                effects.set(
                        i,
                        new Effect(run.key(), run.execId(), run.idempotencyKey(), run.attempt(), run.begunAt(), true));
                return;
            }
        }
    }
}
