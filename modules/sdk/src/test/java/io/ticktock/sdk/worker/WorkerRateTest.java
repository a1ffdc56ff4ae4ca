package io.ticktock.sdk.worker;

import static io.ticktock.sdk.worker.TestGateway.assignment;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.proto.v1.ConnectRequest;
import io.ticktock.proto.v1.TaskAssignment;
import io.ticktock.proto.v1.TaskCompletions;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.worker.TestGateway.Stream;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How much one worker gets through, of a gateway in the same process that does nothing else. */
class WorkerRateTest {

    private static final int TASKS = 40_000;
    private static final int IN_HAND = 1_000;

    /** Well below what it does on an idle machine of two cores, so that a busy one does not fail the build. */
    private static final int LEAST_A_SECOND = 2_000;

    @Test
    void oneWorkerGetsThroughThousandsASecond() throws Exception {
        try (TestGateway gateway = new TestGateway();
                Worker worker = Worker.connect(gateway.url())
                        .apiKey(TestGateway.KEY)
                        .task(
                                "acme.test",
                                context -> CompletableFuture.completedFuture(TaskOutcome.success(context.input())))
                        .capacity(IN_HAND)
                        .start()) {
            Stream stream = gateway.nextStream();
            stream.hello();
            stream.welcome(1_000);
            worker.connected().toCompletableFuture().join();
            long begun = System.nanoTime();
            run(stream);
            long perSecond = TASKS * 1_000_000_000L / (System.nanoTime() - begun);
            System.out.println(TASKS + " Tasks by one worker, " + perSecond + " a second");
            assertTrue(perSecond > LEAST_A_SECOND, () -> perSecond + " a second");
        }
    }

    /** Gives out as many as come back. */
    private static void run(Stream stream) throws InterruptedException {
        Set<String> completed = new HashSet<>();
        int given = give(stream, 0, IN_HAND);
        while (completed.size() < TASKS) {
            TaskCompletions batch = stream.next(ConnectRequest::hasCompletions).getCompletions();
            batch.getCompletionsList().forEach(each -> assertTrue(completed.add(each.getExecId())));
            stream.acknowledgeAll(batch);
            given = give(stream, given, Math.min(TASKS, given + batch.getCompletionsCount()));
        }
        assertEquals(TASKS, completed.size());
    }

    private static int give(Stream stream, int from, int to) {
        TaskAssignment[] next = new TaskAssignment[to - from];
        for (int number = from; number < to; number++) {
            next[number - from] = assignment("exec-" + number, "{\"n\":1}").build();
        }
        if (next.length > 0) {
            stream.assign(next);
        }
        return to;
    }
}
