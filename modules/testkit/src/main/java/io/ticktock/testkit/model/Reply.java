package io.ticktock.testkit.model;

import io.ticktock.sdk.Json;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/** What a scripted model does when it is asked. */
public sealed interface Reply {

    /** How an answer goes on once all of its content was sent. */
    enum Ending {
        COMPLETE,
        /** The connection is closed before the end is told. */
        CUT,
        /** Nothing more comes, and the connection stays open. */
        STALL,
        /** The content is repeated, without end. */
        ENDLESS
    }

    /** A call of a tool; the arguments are JSON, or what a script passes off as such. */
    record Call(String name, String arguments) {

        public static Call of(String name, Object arguments) {
            return new Call(name, Json.write(arguments).toStringUtf8());
        }
    }

    /**
     * An answer.
     *
     * @param pause before each of its parts
     */
    record Answer(String text, List<Call> calls, Ending ending, Duration pause) implements Reply {

        public Answer {
            calls = List.copyOf(calls);
        }

        public Answer ending(Ending changed) {
            return new Answer(text, calls, changed, pause);
        }

        public Answer pausing(Duration changed) {
            return new Answer(text, calls, ending, changed);
        }
    }

    /** An error of the protocol, such as 429 with {@code rate_limit_exceeded}. */
    record Refusal(int status, String code, String message, OptionalLong retryAfterSeconds) implements Reply {}

    /** What is not of the protocol, with status 200. */
    record Garbage(String body) implements Reply {}

    static Answer says(String text) {
        return new Answer(text, List.of(), Ending.COMPLETE, Duration.ZERO);
    }

    /** An answer in JSON. */
    static Answer tells(Object tree) {
        return says(Json.write(tree).toStringUtf8());
    }

    static Answer calls(Call... calls) {
        return new Answer("", List.of(calls), Ending.COMPLETE, Duration.ZERO);
    }

    static Refusal refuses(int status, String code, String message) {
        return new Refusal(status, code, message, OptionalLong.empty());
    }
}
