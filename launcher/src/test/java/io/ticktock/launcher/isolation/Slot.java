package io.ticktock.launcher.isolation;

/**
 * A place in a request for something that a tenant has.
 *
 * @param place where in the request, such as {@code path id} or {@code signal.answer.exec_id}
 */
public record Slot(String place, Naming naming, boolean isRequired) {}
