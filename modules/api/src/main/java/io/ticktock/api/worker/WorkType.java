package io.ticktock.api.worker;

/** One kind of work of one tenant. */
record WorkType(String tenantId, String taskType) {}
