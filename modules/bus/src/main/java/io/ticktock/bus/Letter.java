package io.ticktock.bus;

import com.google.protobuf.ByteString;
import com.google.protobuf.Internal;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;

/** One message of a parcel: the same object within a process, its bytes when it came from another one. */
final class Letter {

    private final Message message;
    private final ByteString bytes;

    private Letter(Message message, ByteString bytes) {
        this.message = message;
        this.bytes = bytes;
    }

    static Letter of(Message message) {
        return new Letter(message, null);
    }

    static Letter sealed(ByteString bytes) {
        return new Letter(null, bytes);
    }

    ByteString bytes() {
        return message == null ? bytes : message.toByteString();
    }

    int sizeBytes() {
        return message == null ? bytes.size() : message.getSerializedSize();
    }

    /** Throws a {@link Failure} when it is not of this class. */
    <M extends Message> M open(Class<M> type) {
        if (message != null) {
            return type.cast(message);
        }
        try {
            return type.cast(
                    Internal.getDefaultInstance(type).getParserForType().parseFrom(bytes));
        } catch (InvalidProtocolBufferException e) {
            throw new Failure(FailureCode.INVALID_ARGUMENT, "not a " + type.getSimpleName(), e);
        }
    }
}
