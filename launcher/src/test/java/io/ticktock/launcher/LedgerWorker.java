package io.ticktock.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.worker.Worker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** A worker in a process of its own, which writes down every run of its handler before it does anything else. */
final class LedgerWorker {

    private final FileChannel ledger;
    private final long workMillis;

    private LedgerWorker(FileChannel ledger, long workMillis) {
        this.ledger = ledger;
        this.workMillis = workMillis;
    }

    /** Arguments: address, key, ledger's file, capacity, how long each Task takes. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        // Now, on this thread alone: logging does not like to be set up by several at once.
        LoggerFactory.getILoggerFactory();
        FileChannel ledger = FileChannel.open(
                Path.of(arguments[2]), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        LedgerWorker tasks = new LedgerWorker(ledger, Long.parseLong(arguments[4]));
        Worker worker = Worker.connect(arguments[0])
                .apiKey(arguments[1])
                .task("example.count_words", tasks::run)
                .capacity(Integer.parseInt(arguments[3]))
                .start();
        worker.connected().thenRun(() -> System.out.println("connected to " + arguments[0]));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> drain(worker)));
        worker.await();
    }

    private CompletionStage<TaskOutcome> run(TaskContext context) {
        write(context.attempt().executionId() + "\n");
        TaskOutcome outcome =
                TaskOutcome.json(Map.of("words", ((String) context.input().tree()).split(" ").length));
        if (workMillis == 0) {
            return CompletableFuture.completedFuture(outcome);
        }
        Executor later = CompletableFuture.delayedExecutor(workMillis, TimeUnit.MILLISECONDS);
        return CompletableFuture.supplyAsync(() -> outcome, later);
    }

    private synchronized void write(String line) {
        try {
            ledger.write(ByteBuffer.wrap(line.getBytes(UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void drain(Worker worker) {
        try {
            worker.drain(Duration.ofSeconds(20));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
