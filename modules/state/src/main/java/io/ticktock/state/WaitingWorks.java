package io.ticktock.state;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.ListWaitingWorkRequest;
import io.ticktock.proto.v1.WantedWork;
import java.util.List;

/** What a search for waiting work may ask. */
public final class WaitingWorks {

    private static final int MOST = 1_000;

    private WaitingWorks() {}

    /** What is wanted; fails as INVALID_ARGUMENT when that is too much. */
    public static List<WantedWork> checked(ListWaitingWorkRequest request) {
        if (request.getWantedCount() > MOST) {
            throw new Failure(FailureCode.INVALID_ARGUMENT, "wanted must have at most " + MOST + " entries");
        }
        for (WantedWork wanted : request.getWantedList()) {
            Checks.tenant(wanted.getTenantId());
            if (wanted.getMost() < 1 || wanted.getMost() > MOST) {
                throw new Failure(
                        FailureCode.INVALID_ARGUMENT, "wanted.most must be 1 to " + MOST + ", not " + wanted.getMost());
            }
        }
        return request.getWantedList();
    }
}
