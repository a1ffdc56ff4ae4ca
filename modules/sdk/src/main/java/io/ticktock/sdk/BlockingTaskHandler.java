package io.ticktock.sdk;

/** Does the work of a Task on a thread of its own; see {@link TaskHandler#blocking}. */
@FunctionalInterface
public interface BlockingTaskHandler {

    /** Runs one attempt. Whatever is thrown makes the attempt a failed one. */
    TaskOutcome run(TaskContext context) throws Exception;
}
