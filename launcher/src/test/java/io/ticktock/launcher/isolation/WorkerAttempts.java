package io.ticktock.launcher.isolation;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.ticktock.proto.v1.ConnectRequest;
import io.ticktock.proto.v1.ExecutionError;
import io.ticktock.proto.v1.HeldTask;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.TaskAcknowledgement;
import io.ticktock.proto.v1.TaskAssignment;
import io.ticktock.proto.v1.TaskCompletion;
import io.ticktock.proto.v1.TaskCompletions;
import io.ticktock.proto.v1.WorkerHeartbeat;
import io.ticktock.proto.v1.WorkerHello;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A worker of the owner's with an attempt in hand, and workers of a stranger's that say they have the owner's attempts, beat
 * for them and tell their outcomes. The answers to each are held against those to one who says the same of nobody's.
 */
public final class WorkerAttempts implements AutoCloseable {

    private static final String SERVED = "isolation.served";
    private static final String UNSERVED = "isolation.unserved";
    private static final String NOBODYS = "nobody's";
    private static final int CAPACITY = 100;
    private static final int TOKEN_BYTES = 16;

    private final Vertx vertx;
    private final SocketAddress server;
    private final String strangersKey;
    private final Random random;
    private final String workerId;

    private final WorkerStream owners;
    private final TaskAssignment inHand;
    private final List<HeldTask> owned = new ArrayList<>();
    private final List<Trial> trials = new ArrayList<>();

    /** One worker of the stranger's, and what it says that it has. */
    private record Trial(String what, String workerId, List<HeldTask> tasks, WorkerStream stream) {}

    /** @param workerId of the owner's; one of the stranger's calls itself the same */
    public WorkerAttempts(
            Vertx vertx, SocketAddress server, Furnishing owner, String strangersKey, String workerId, Random random) {
        this.vertx = vertx;
        this.server = server;
        this.strangersKey = strangersKey;
        this.random = random;
        this.workerId = workerId;
        String waiting = owner.startForWorker(UNSERVED);
        WorkerHello hello = hello(workerId).addTaskTypes(SERVED).build();
        this.owners = new WorkerStream(vertx, server, owner.issue("worker"), hello);
        owner.startForWorker(SERVED);
        TaskAssignment recorded = owners.assignment(1);
        owners.say(completions(result(held(recorded))));
        requireRecorded(1);
        owner.startForWorker(SERVED);
        this.inHand = owners.assignment(2);
        owned.add(held(recorded));
        owned.add(held(inHand));
        owned.add(withoutToken(waiting, owner.scheduled(waiting)));
    }

    private void requireRecorded(int completions) {
        if (!owners.acknowledgement(completions).getRecorded()) {
            throw new AssertionError("the owner's worker cannot complete what it has: " + owners.heard());
        }
    }

    private static WorkerHello.Builder hello(String workerId) {
        return WorkerHello.newBuilder().setWorkerId(workerId).setCapacity(CAPACITY);
    }

    private static HeldTask held(TaskAssignment assignment) {
        return HeldTask.newBuilder()
                .setExecId(assignment.getExecId())
                .setLifetimeId(assignment.getLifetimeId())
                .setToken(assignment.getToken())
                .build();
    }

    /** No worker has had it: whatever token there is, is a guess. */
    private HeldTask withoutToken(String lifetimeId, String execId) {
        return HeldTask.newBuilder()
                .setExecId(execId)
                .setLifetimeId(lifetimeId)
                .setToken(token())
                .build();
    }

    /**
     * Says it all. What the stranger's workers say that they have is kept for them for a while: the answers to that come later.
     *
     * @param others with executions of the owner's that are not for workers
     */
    public void begin(List<Holdings> others) {
        others.forEach(other -> owned.add(0, withoutToken(other.get(Naming.LIFETIME), other.get(Naming.EXECUTION))));
        List<HeldTask> guessed = owned.stream()
                .map(task -> task.toBuilder().setToken(token()).build())
                .toList();
        List<HeldTask> nobodys = owned.stream().map(this::likeness).toList();
        String likeness = Holdings.likeness(workerId, random);
        tell(NOBODYS, likeness, nobodys);
        tell("the owner's by their tokens", workerId, owned);
        tell("the owner's by other tokens", workerId, guessed);
        hold(NOBODYS, likeness, nobodys);
        hold("the owner's by their tokens", workerId, owned);
    }

    private HeldTask likeness(HeldTask task) {
        return withoutToken(
                Holdings.likeness(task.getLifetimeId(), random), Holdings.likeness(task.getExecId(), random));
    }

    private ByteString token() {
        byte[] token = new byte[TOKEN_BYTES];
        random.nextBytes(token);
        return ByteString.copyFrom(token);
    }

    /** Beats for them and tells outcomes of them, without having said that it has them. */
    private void tell(String what, String name, List<HeldTask> tasks) {
        Trial trial = open("telling of " + what, name, tasks, List.of());
        for (HeldTask task : tasks) {
            trial.stream.say(heartbeat(task));
            trial.stream.say(completions(result(task)));
            trial.stream.say(completions(error(task)));
        }
        // The next one may have its name.
        trial.stream.end();
    }

    /** Says that it has them, and tells outcomes of all but the last. */
    private void hold(String what, String name, List<HeldTask> tasks) {
        Trial trial = open("having " + what, name, tasks, tasks);
        for (int i = 0; i < tasks.size() - 1; i++) {
            HeldTask task = tasks.get(i);
            trial.stream.say(heartbeat(task));
            trial.stream.say(completions(i % 2 == 0 ? result(task) : error(task)));
        }
    }

    private Trial open(String what, String name, List<HeldTask> tasks, List<HeldTask> held) {
        WorkerHello hello = hello(name)
                .addTaskTypes(SERVED)
                .addTaskTypes(UNSERVED)
                .addAllHeld(held)
                .build();
        Trial trial = new Trial(what, name, tasks, new WorkerStream(vertx, server, strangersKey, hello));
        trials.add(trial);
        return trial;
    }

    private static ConnectRequest heartbeat(HeldTask task) {
        return ConnectRequest.newBuilder()
                .setHeartbeat(WorkerHeartbeat.newBuilder().addExecIds(task.getExecId()))
                .build();
    }

    private static ConnectRequest completions(TaskCompletion.Builder completion) {
        return ConnectRequest.newBuilder()
                .setCompletions(TaskCompletions.newBuilder().addCompletions(completion))
                .build();
    }

    private static TaskCompletion.Builder result(HeldTask task) {
        return completion(task).setResult(Payload.newBuilder().setInline(ByteString.copyFromUtf8("7")));
    }

    private static TaskCompletion.Builder error(HeldTask task) {
        return completion(task).setError(ExecutionError.newBuilder().setCode("failed"));
    }

    private static TaskCompletion.Builder completion(HeldTask task) {
        return TaskCompletion.newBuilder().setExecId(task.getExecId()).setToken(task.getToken());
    }

    /**
     * Waits for all answers.
     *
     * @param secret that the owner has everywhere
     * @return what tells those to one of the stranger's workers from those to another
     */
    public List<String> faults(String secret) {
        List<String> faults = new ArrayList<>();
        Trial nobodys = trials.get(0);
        for (Trial trial : trials) {
            if (trial.what.endsWith(NOBODYS)) {
                nobodys = trial;
            }
            List<String> answers = answers(trial);
            if (!answers.equals(answers(nobodys)) || answers.toString().contains(secret)) {
                faults.add("a worker " + trial.what + ": " + answers + "\nof nobody's: " + answers(nobodys));
            }
        }
        return faults;
    }

    /** In any order, and without what the worker has said itself. */
    private static List<String> answers(Trial trial) {
        List<String> answers = new ArrayList<>();
        for (Message message : trial.stream.await(heard -> isAnswered(trial, heard))) {
            String text = message.getDescriptorForType().getName() + " "
                    + TextFormat.printer().printToString(message);
            for (int i = 0; i < trial.tasks.size(); i++) {
                HeldTask task = trial.tasks.get(i);
                text = text.replace(task.getExecId(), "<execution " + i + ">")
                        .replace(task.getLifetimeId(), "<lifetime " + i + ">")
                        .replace(TextFormat.escapeBytes(task.getToken()), "<token " + i + ">");
            }
            answers.add(text);
        }
        answers.sort(null);
        return answers;
    }

    private static boolean isAnswered(Trial trial, List<Message> heard) {
        return trial.tasks.stream()
                .allMatch(task -> heard.stream().anyMatch(message -> tellsOf(message, task.getExecId())));
    }

    private static boolean tellsOf(Message message, String execId) {
        boolean isAcknowledged = message instanceof TaskAcknowledgement answer
                && answer.getExecId().equals(execId);
        return isAcknowledged || isCancelled(message, execId);
    }

    private static boolean isCancelled(Message message, String execId) {
        return message instanceof HeldTask cancelled && cancelled.getExecId().equals(execId);
    }

    /** Has the owner's worker complete what is in its hand: nobody has told it anything, or taken it away. */
    public void complete() {
        owners.say(completions(result(held(inHand))));
        requireRecorded(2);
        if (owners.heard().stream().anyMatch(message -> isCancelled(message, inHand.getExecId()))) {
            throw new AssertionError("it was taken from the owner's worker: " + owners.heard());
        }
    }

    @Override
    public void close() {
        trials.forEach(trial -> trial.stream.close());
        owners.close();
    }
}
