package io.ticktock.bus;

import com.google.protobuf.ByteString;
import com.google.protobuf.Internal;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.opentelemetry.context.Context;

/** One message of a parcel: the same object within a process, its bytes when it came from another one. */
final class Letter {

    private final Message message;
    private final ByteString bytes;

    /** Of whoever asks; null when nothing is traced. */
    private final Context trace;

    private Letter(Message message, ByteString bytes, Context trace) {
        this.message = message;
        this.bytes = bytes;
        this.trace = trace;
    }

    static Letter of(Message message) {
        return of(message, null);
    }

    static Letter of(Message message, Context trace) {
        return new Letter(message, null, trace);
    }

    static Letter sealed(ByteString bytes) {
        return sealed(bytes, null);
    }

    static Letter sealed(ByteString bytes, Context trace) {
        return new Letter(null, bytes, trace);
    }

    Context trace() {
        return trace;
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
