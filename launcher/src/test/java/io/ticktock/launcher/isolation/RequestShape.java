package io.ticktock.launcher.isolation;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.DynamicMessage;
import io.ticktock.launcher.isolation.Parameters.Content;
import io.ticktock.launcher.isolation.Parameters.Names;
import io.ticktock.launcher.isolation.Parameters.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One form of a request: which of the messages of each oneof is in it, and what in them names something.
 *
 * @param messages that it has, by their places, the outer ones first
 * @param contents of fields that name nothing, by their places
 */
record RequestShape(List<Slot> slots, List<String> messages, Map<String, String> contents) {

    private static final int MOST_NESTED = 8;

    /** All forms of it; each message of a oneof is in at least one. */
    static List<RequestShape> of(Descriptor request) {
        return shapes(request, "", 0);
    }

    private static List<RequestShape> shapes(Descriptor type, String prefix, int depth) {
        if (depth > MOST_NESTED) {
            throw new AssertionError(prefix + " is nested too deep to be tried");
        }
        List<List<RequestShape>> parts = new ArrayList<>();
        for (FieldDescriptor field : type.getFields()) {
            if (field.getRealContainingOneof() == null) {
                parts.add(shapesOf(field, prefix, depth));
            }
        }
        type.getRealOneofs()
                .forEach(oneof -> parts.add(oneof.getFields().stream()
                        .flatMap(field -> shapesOf(field, prefix, depth).stream())
                        .toList()));
        return combined(parts);
    }

    /** The first form of every part, and each other form of a part with the first ones of the others. */
    private static List<RequestShape> combined(List<List<RequestShape>> parts) {
        List<RequestShape> shapes = new ArrayList<>();
        shapes.add(joined(parts, -1, 0));
        for (int part = 0; part < parts.size(); part++) {
            for (int form = 1; form < parts.get(part).size(); form++) {
                shapes.add(joined(parts, part, form));
            }
        }
        return shapes;
    }

    private static RequestShape joined(List<List<RequestShape>> parts, int otherwise, int form) {
        List<Slot> slots = new ArrayList<>();
        List<String> messages = new ArrayList<>();
        Map<String, String> contents = new LinkedHashMap<>();
        for (int part = 0; part < parts.size(); part++) {
            RequestShape shape = parts.get(part).get(part == otherwise ? form : 0);
            slots.addAll(shape.slots);
            messages.addAll(shape.messages);
            contents.putAll(shape.contents);
        }
        return new RequestShape(slots, messages, contents);
    }

    private static List<RequestShape> shapesOf(FieldDescriptor field, String prefix, int depth) {
        String place = prefix + field.getName();
        boolean isMessage = field.getJavaType() == JavaType.MESSAGE;
        if (isMessage && !field.isMapField() && !Parameters.isLeftOut(field.getName())) {
            return shapes(field.getMessageType(), place + ".", depth + 1).stream()
                    .map(shape -> shape.within(place))
                    .toList();
        }
        if (field.getJavaType() == JavaType.ENUM || field.getJavaType() == JavaType.BOOLEAN) {
            return List.of(new RequestShape(List.of(), List.of(), Map.of()));
        }
        return List.of(leaf(place, Parameters.of(field.getName(), field.getFullName())));
    }

    private static RequestShape leaf(String place, Parameter parameter) {
        if (parameter instanceof Names names) {
            return new RequestShape(List.of(new Slot(place, names.naming(), false)), List.of(), Map.of());
        }
        return parameter instanceof Content content
                ? new RequestShape(List.of(), List.of(), Map.of(place, content.text()))
                : new RequestShape(List.of(), List.of(), Map.of());
    }

    private RequestShape within(String place) {
        List<String> outer = new ArrayList<>(List.of(place));
        outer.addAll(messages);
        return new RequestShape(slots, outer, contents);
    }

    /** @param filling what its slots are filled with; those that are not in it are left out */
    DynamicMessage message(Descriptor request, Map<Slot, String> filling) {
        Map<String, String> texts = new HashMap<>(contents);
        filling.forEach((slot, value) -> texts.put(slot.place(), value));
        return message(request, "", texts);
    }

    private DynamicMessage message(Descriptor type, String prefix, Map<String, String> texts) {
        DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
        for (FieldDescriptor field : type.getFields()) {
            String place = prefix + field.getName();
            if (texts.containsKey(place)) {
                put(message, field, value(field, texts.get(place)));
            } else if (messages.contains(place)) {
                put(message, field, message(field.getMessageType(), place + ".", texts));
            }
        }
        return message.build();
    }

    private static void put(DynamicMessage.Builder message, FieldDescriptor field, Object value) {
        if (field.isRepeated()) {
            message.addRepeatedField(field, value);
        } else {
            message.setField(field, value);
        }
    }

    private static Object value(FieldDescriptor field, String text) {
        return switch (field.getJavaType()) {
            case STRING -> text;
            case INT -> Integer.parseInt(text);
            case BYTE_STRING -> isDigest(text) ? digest(text) : ByteString.copyFromUtf8(text);
            case MESSAGE -> entry(field.getMessageType(), text);
            case LONG, FLOAT, DOUBLE, BOOLEAN, ENUM ->
                throw new AssertionError(field.getFullName() + " cannot be filled with " + text);
        };
    }

    private static boolean isDigest(String text) {
        return text.matches("[0-9a-f]{64}");
    }

    private static ByteString digest(String text) {
        return ByteString.copyFrom(HexFormat.of().parseHex(text));
    }

    /** Of a map, in the form {@code key=value}. */
    private static DynamicMessage entry(Descriptor entry, String text) {
        String[] parts = text.split("=", 2);
        return DynamicMessage.newBuilder(entry)
                .setField(entry.findFieldByName("key"), parts[0])
                .setField(entry.findFieldByName("value"), parts[1])
                .build();
    }

    /** Which form it is, for people. */
    @Override
    public String toString() {
        return messages.isEmpty() ? "" : " with " + String.join(", ", messages);
    }
}
