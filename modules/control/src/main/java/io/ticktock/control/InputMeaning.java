package io.ticktock.control;

import io.ticktock.graph.expression.ExpressionFailure;
import io.ticktock.graph.expression.PlainJson;
import io.ticktock.proto.v1.Payload;
import java.util.Objects;

/** What an input says, in whatever order the members of its JSON objects stand. */
final class InputMeaning {

    private static final String JSON = "application/json";

    private InputMeaning() {}

    /** Whether both are JSON of one meaning. What is in the blob store is not looked into. */
    static boolean isSame(Payload one, Payload other) {
        if (!isReadable(one) || !isReadable(other)) {
            return false;
        }
        try {
            return Objects.equals(tree(one), tree(other));
        } catch (ExpressionFailure noJson) {
            return false;
        }
    }

    private static boolean isReadable(Payload input) {
        return input.hasInline()
                && (input.getMediaType().isEmpty() || input.getMediaType().equals(JSON));
    }

    private static Object tree(Payload input) {
        return PlainJson.parse(input.getInline().toStringUtf8());
    }
}
