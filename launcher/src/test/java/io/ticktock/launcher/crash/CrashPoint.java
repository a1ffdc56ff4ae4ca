package io.ticktock.launcher.crash;

import static io.ticktock.bus.Addresses.BLOB_COMMIT;
import static io.ticktock.bus.Addresses.CONTROL_RECORDED;
import static io.ticktock.bus.Addresses.CONTROL_REPORT_WAITING;
import static io.ticktock.bus.Addresses.CONTROL_SIGNAL;
import static io.ticktock.bus.Addresses.CONTROL_START;
import static io.ticktock.bus.Addresses.EXECUTOR_RUN_PLAN;
import static io.ticktock.bus.Addresses.EXECUTOR_RUN_TASK;
import static io.ticktock.bus.Addresses.STATE_APPEND_DECISION;
import static io.ticktock.bus.Addresses.STATE_APPEND_PLAN;
import static io.ticktock.bus.Addresses.STATE_APPEND_TASK;
import static io.ticktock.bus.Addresses.STATE_CREATE_LIFETIME;
import static io.ticktock.bus.Addresses.STATE_HOLD_SHARDS;
import static io.ticktock.bus.Addresses.STATE_LIST_DUE;
import static io.ticktock.bus.Addresses.STATE_LOAD_LIFETIME;
import static io.ticktock.bus.Addresses.STATE_SEND_SIGNAL;
import static io.ticktock.bus.Delivery.Leg.ANSWER;
import static io.ticktock.bus.Delivery.Leg.PUBLICATION;
import static io.ticktock.bus.Delivery.Leg.REQUEST;

import io.ticktock.bus.Address;
import io.ticktock.bus.Delivery;

/** Between which two steps a process dies: a message has been sent, and does not arrive any more. */
public enum CrashPoint {
    LIFETIME_CREATED_BEFORE_REPLY(ANSWER, STATE_CREATE_LIFETIME, 2),
    STARTED_BEFORE_THE_ASKER_KNOWS(ANSWER, CONTROL_START, 2),
    DISPATCHED_BEFORE_TAKEN(REQUEST, EXECUTOR_RUN_TASK, 8),
    TAKEN_BEFORE_REPLY(ANSWER, EXECUTOR_RUN_PLAN, 4),
    RUN_BEFORE_APPEND(REQUEST, STATE_APPEND_TASK, 8),
    TASK_APPENDED_BEFORE_REPLY(ANSWER, STATE_APPEND_TASK, 8),
    PLAN_APPENDED_BEFORE_REPLY(ANSWER, STATE_APPEND_PLAN, 4),
    RECORDED_BEFORE_CONTROL_KNOWS(PUBLICATION, CONTROL_RECORDED.name(), 12),
    DECIDED_BEFORE_APPEND(REQUEST, STATE_APPEND_DECISION, 12),
    DECISION_APPENDED_BEFORE_DISPATCH(ANSWER, STATE_APPEND_DECISION, 12),
    BLOB_STORED_BEFORE_RECORD(ANSWER, BLOB_COMMIT, 1),
    WAITING_BEFORE_REPORT(REQUEST, CONTROL_REPORT_WAITING, 3),
    WAIT_DECIDED_BEFORE_REPLY(ANSWER, CONTROL_REPORT_WAITING, 3),
    DUE_TIMERS_LISTED_BEFORE_WAKING(ANSWER, STATE_LIST_DUE, 4),
    SIGNAL_STORED_BEFORE_REPLY(ANSWER, STATE_SEND_SIGNAL, 1),
    SIGNAL_OBEYED_BEFORE_REPLY(ANSWER, CONTROL_SIGNAL, 1),
    SHARDS_TAKEN_BEFORE_RECOVERY(ANSWER, STATE_HOLD_SHARDS, 1),
    LOADED_BEFORE_ADOPTION(ANSWER, STATE_LOAD_LIFETIME, 2);

    private final Delivery.Leg leg;
    private final String address;
    private final int mostMessages;

    CrashPoint(Delivery.Leg leg, Address<?, ?> address, int mostMessages) {
        this(leg, address.name(), mostMessages);
    }

    /** @param mostMessages so many come in every run of the process, if a tour begins in it */
    CrashPoint(Delivery.Leg leg, String address, int mostMessages) {
        this.leg = leg;
        this.address = address;
        this.mostMessages = mostMessages;
    }

    int mostMessages() {
        return mostMessages;
    }

    /** Of a message at this address, or at a shard or an instance of it. */
    boolean isOf(Delivery.Leg messageLeg, String messageAddress) {
        return messageLeg == leg && (messageAddress.equals(address) || messageAddress.startsWith(address + "."));
    }
}
