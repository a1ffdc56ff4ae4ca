package io.ticktock.sdk;

import io.ticktock.proto.v1.ChildRequest;
import io.ticktock.proto.v1.HumanRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/** How an attempt of a Task ended, or why it pauses. */
public sealed interface TaskOutcome
        permits Failed,
                TaskOutcome.Succeeded,
                TaskOutcome.Streamed,
                TaskOutcome.WaitingUntil,
                TaskOutcome.WaitingForAnswer,
                TaskOutcome.WaitingForChild,
                TaskOutcome.WaitingForWorker {

    /** The result. */
    record Succeeded(Value value) implements TaskOutcome {}

    /** A result of any size; the executor reads the stream to its end on a worker thread, and closes it. */
    record Streamed(String mediaType, InputStream content) implements TaskOutcome {}

    /** The attempt goes on at this time; the handler then runs again with a resumption. */
    record WaitingUntil(Instant time) implements TaskOutcome {}

    /** The attempt goes on when a person answered. */
    record WaitingForAnswer(HumanRequest request) implements TaskOutcome {}

    /** The attempt goes on when a child lifetime ended. */
    record WaitingForChild(ChildRequest request) implements TaskOutcome {}

    /** The attempt goes on when a worker outside has room for this type. */
    record WaitingForWorker(String taskType) implements TaskOutcome {}

    static TaskOutcome success(Value value) {
        return new Succeeded(value);
    }

    /** Success with a tree of Map, List, String, numbers, Boolean and null. */
    static TaskOutcome json(Object tree) {
        return new Succeeded(Value.json(tree));
    }

    static TaskOutcome stream(String mediaType, InputStream content) {
        return new Streamed(mediaType, content);
    }

    /** Success with the content of a file. */
    static TaskOutcome file(String mediaType, Path file) throws IOException {
        return new Streamed(mediaType, Files.newInputStream(file));
    }

    static TaskOutcome failure(String code, String message, boolean retryable) {
        return new Failed(code, message, retryable, Optional.empty());
    }

    static TaskOutcome waitUntil(Instant time) {
        return new WaitingUntil(time);
    }

    static TaskOutcome waitForAnswer(HumanRequest request) {
        return new WaitingForAnswer(request);
    }

    static TaskOutcome waitForWorker(String taskType) {
        return new WaitingForWorker(taskType);
    }

    static TaskOutcome waitForChild(ChildRequest request) {
        return new WaitingForChild(request);
    }
}
