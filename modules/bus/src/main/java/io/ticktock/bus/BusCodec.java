package io.ticktock.bus;

import com.google.protobuf.Internal;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.ticktock.proto.v1.AnswerParcel;
import io.ticktock.proto.v1.RequestParcel;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import java.util.function.Function;

/** Carries immutable objects: the same object within a process, bytes of a protobuf message between processes. */
final class BusCodec<T> implements MessageCodec<T, T> {

    /** Reads what another process has written. */
    @FunctionalInterface
    private interface Reader<T> {
        T read(byte[] bytes) throws InvalidProtocolBufferException;
    }

    private final String name;
    private final Function<T, Message> writer;
    private final Reader<T> reader;

    private BusCodec(String name, Function<T, Message> writer, Reader<T> reader) {
        this.name = name;
        this.writer = writer;
        this.reader = reader;
    }

    static BusCodec<Requests> ofRequests() {
        return new BusCodec<>(
                Requests.class.getName(), Requests::toProto, bytes -> Requests.of(RequestParcel.parseFrom(bytes)));
    }

    static BusCodec<Answers> ofAnswers() {
        return new BusCodec<>(
                Answers.class.getName(), Answers::toProto, bytes -> Answers.of(AnswerParcel.parseFrom(bytes)));
    }

    @SuppressWarnings("unchecked")
    static <M extends Message> BusCodec<M> of(Class<M> type) {
        Parser<M> parser = (Parser<M>) Internal.getDefaultInstance(type).getParserForType();
        return new BusCodec<>(type.getName(), message -> message, parser::parseFrom);
    }

    @Override
    public void encodeToWire(Buffer buffer, T value) {
        byte[] bytes = writer.apply(value).toByteArray();
        buffer.appendInt(bytes.length).appendBytes(bytes);
    }

    @Override
    public T decodeFromWire(int position, Buffer buffer) {
        int length = buffer.getInt(position);
        try {
            return reader.read(buffer.getBytes(position + Integer.BYTES, position + Integer.BYTES + length));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("not a " + name, e);
        }
    }

    @Override
    public T transform(T value) {
        return value;
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
