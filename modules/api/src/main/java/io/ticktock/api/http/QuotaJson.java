package io.ticktock.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.FieldMask;
import io.ticktock.proto.v1.Quotas;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Quotas as JSON tells them: a whole number of each that the tenant has of its own. */
final class QuotaJson {

    private static final List<FieldDescriptor> FIELDS = Quotas.getDescriptor().getFields();

    private QuotaJson() {}

    /**
     * What a request changes.
     *
     * @param mask those that it names; a null takes the tenant's own quota away
     */
    record Changes(Quotas values, FieldMask mask) {}

    static ObjectNode of(Quotas quotas) {
        ObjectNode json = JsonText.object();
        for (FieldDescriptor field : FIELDS) {
            if (quotas.hasField(field)) {
                json.put(field.getName(), (Long) quotas.getField(field));
            }
        }
        return json;
    }

    static Changes changes(JsonNode json) {
        if (!json.isObject()) {
            throw JsonBody.invalid("'quotas' must be an object of whole numbers");
        }
        Quotas.Builder values = Quotas.newBuilder();
        FieldMask.Builder mask = FieldMask.newBuilder();
        for (Map.Entry<String, JsonNode> entry : json.properties()) {
            FieldDescriptor field = field(entry.getKey());
            mask.addPaths(field.getName());
            if (!entry.getValue().isNull()) {
                values.setField(field, value(field, entry.getValue()));
            }
        }
        return new Changes(values.build(), mask.build());
    }

    private static FieldDescriptor field(String name) {
        FieldDescriptor field = Quotas.getDescriptor().findFieldByName(name);
        if (field == null) {
            throw JsonBody.invalid("there is no quota '" + name + "'; the quotas are "
                    + FIELDS.stream().map(FieldDescriptor::getName).collect(Collectors.joining(", ")));
        }
        return field;
    }

    private static long value(FieldDescriptor field, JsonNode json) {
        if (!json.isIntegralNumber() || !json.canConvertToLong() || json.longValue() < 1) {
            throw JsonBody.invalid("'quotas." + field.getName() + "' must be a whole number of at least 1, or null");
        }
        return json.longValue();
    }
}
