package io.ticktock.bus;

import com.google.protobuf.Internal;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;

/** Carries one class of protobuf message: the same object inside a process, its bytes between processes. */
final class ProtobufCodec<M extends Message> implements MessageCodec<M, M> {

    private final String name;
    private final Parser<M> parser;

    @SuppressWarnings("unchecked")
    ProtobufCodec(Class<M> type) {
        this.name = type.getName();
        this.parser = (Parser<M>) Internal.getDefaultInstance(type).getParserForType();
    }

    @Override
    public void encodeToWire(Buffer buffer, M message) {
        byte[] bytes = message.toByteArray();
        buffer.appendInt(bytes.length).appendBytes(bytes);
    }

    @Override
    public M decodeFromWire(int position, Buffer buffer) {
        int length = buffer.getInt(position);
        try {
            return parser.parseFrom(buffer.getBytes(position + Integer.BYTES, position + Integer.BYTES + length));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("not a " + name, e);
        }
    }

    @Override
    public M transform(M message) {
        return message;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
