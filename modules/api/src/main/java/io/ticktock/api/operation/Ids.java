package io.ticktock.api.operation;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import java.util.regex.Pattern;

/** Ids that come from outside. */
final class Ids {

    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private Ids() {}

    static boolean isUuid(String id) {
        return UUID.matcher(id).matches();
    }

    /** What is no id is the id of nothing. */
    static void require(String id, String what) {
        if (!isUuid(id)) {
            throw new Failure(FailureCode.NOT_FOUND, "there is no such " + what);
        }
    }
}
