package io.ticktock.launcher;

import io.ticktock.launcher.crash.EffectLedger;
import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.worker.Worker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** A worker in a process of its own, which writes down every run of its handler before it does anything else. */
final class LedgerWorker {

    private final EffectLedger ledger;
    private final long workMillis;

    private LedgerWorker(EffectLedger ledger, long workMillis) {
        this.ledger = ledger;
        this.workMillis = workMillis;
    }

    /** Arguments: address, key, ledger's file, capacity, how long each Task takes. */
    public static void main(String[] arguments) throws InterruptedException {
        // Now, on this thread alone: logging does not like to be set up by several at once.
        LoggerFactory.getILoggerFactory();
        EffectLedger ledger = EffectLedger.open(Path.of(arguments[2]));
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
        ledger.begin(context.attempt());
        TaskOutcome outcome =
                TaskOutcome.json(Map.of("words", ((String) context.input().tree()).split(" ").length));
        if (workMillis == 0) {
            return CompletableFuture.completedFuture(finished(context, outcome));
        }
        Executor later = CompletableFuture.delayedExecutor(workMillis, TimeUnit.MILLISECONDS);
        return CompletableFuture.supplyAsync(() -> finished(context, outcome), later);
    }

    private TaskOutcome finished(TaskContext context, TaskOutcome outcome) {
        ledger.finish(context.attempt());
        return outcome;
    }

    private static void drain(Worker worker) {
        try {
            worker.drain(Duration.ofSeconds(20));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
