package io.ticktock.cluster;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Internal;
import com.google.protobuf.Message;

/** A message with something in every field, so that nothing of it can get lost unseen. */
final class FilledMessage {

    private static final int DEEPEST = 3;

    private FilledMessage() {}

    static <M extends Message> M of(Class<M> type) {
        return type.cast(filled(Internal.getDefaultInstance(type).newBuilderForType(), DEEPEST));
    }

    private static Message filled(Message.Builder builder, int depth) {
        for (FieldDescriptor field : builder.getDescriptorForType().getFields()) {
            boolean isMessage = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
            if (isMessage && depth == 0) {
                continue;
            }
            Object value = isMessage ? filled(builder.newBuilderForField(field), depth - 1) : scalar(field);
            if (field.isRepeated()) {
                builder.addRepeatedField(field, value);
            } else {
                builder.setField(field, value);
            }
        }
        return builder.build();
    }

    private static Object scalar(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case INT -> 7;
            case LONG -> 70_000_000_000L;
            case FLOAT -> 0.5f;
            case DOUBLE -> 0.25;
            case BOOLEAN -> true;
            case STRING -> field.getName() + " ☃";
            case BYTE_STRING -> ByteString.copyFromUtf8(field.getName());
            case ENUM ->
                field.getEnumType()
                        .getValues()
                        .get(field.getEnumType().getValues().size() - 1);
            case MESSAGE -> throw new IllegalArgumentException(field.getFullName());
        };
    }
}
