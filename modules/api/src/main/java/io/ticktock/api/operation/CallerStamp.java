package io.ticktock.api.operation;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.ticktock.api.access.Caller;

/**
 * Puts the caller's tenant and name into a request wherever it has a place for them, however deep: what a request says of
 * itself there is not believed.
 */
final class CallerStamp {

    private static final String TENANT = "tenant_id";
    private static final String ACTOR = "actor";

    private CallerStamp() {}

    @SuppressWarnings("unchecked")
    static <M extends Message> M stamp(M request, Caller caller) {
        Message.Builder stamped = request.toBuilder();
        stamp(stamped, caller);
        return (M) stamped.build();
    }

    /** As deep as the message is nested, which its parser bounds. */
    private static void stamp(Message.Builder message, Caller caller) {
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            switch (field.getJavaType()) {
                case STRING -> stampText(message, field, caller);
                case MESSAGE -> stampWithin(message, field, caller);
                default -> {}
            }
        }
    }

    private static void stampText(Message.Builder message, FieldDescriptor field, Caller caller) {
        if (field.isRepeated()) {
            return;
        }
        if (field.getName().equals(TENANT)) {
            message.setField(field, caller.tenantId());
        } else if (field.getName().equals(ACTOR)) {
            message.setField(field, caller.actor());
        }
    }

    private static void stampWithin(Message.Builder message, FieldDescriptor field, Caller caller) {
        if (field.isMapField()) {
            return;
        }
        if (field.isRepeated()) {
            for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
                message.setRepeatedField(field, i, stamp((Message) message.getRepeatedField(field, i), caller));
            }
        } else if (message.hasField(field)) {
            message.setField(field, stamp((Message) message.getField(field), caller));
        }
    }
}
