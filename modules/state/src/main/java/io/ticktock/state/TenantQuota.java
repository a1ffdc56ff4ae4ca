package io.ticktock.state;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.FieldMask;
import io.ticktock.proto.v1.Quotas;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The quotas that there are: the fields of the message {@link Quotas}, each a whole number. */
public final class TenantQuota {

    /** In the order of their numbers, which is that of their columns. */
    static final List<FieldDescriptor> FIELDS = Quotas.getDescriptor().getFields();

    private TenantQuota() {}

    /** Null when it is not set. */
    static Long value(Quotas quotas, FieldDescriptor field) {
        return quotas.hasField(field) ? (Long) quotas.getField(field) : null;
    }

    static Set<FieldDescriptor> named(FieldMask mask) {
        Set<FieldDescriptor> named = new LinkedHashSet<>();
        mask.getPathsList().forEach(path -> named.add(Quotas.getDescriptor().findFieldByName(path)));
        return named;
    }

    /** As the request wants them. */
    public static Quotas updated(Quotas before, Quotas asked, FieldMask mask) {
        Quotas.Builder after = before.toBuilder();
        for (FieldDescriptor field : named(mask)) {
            Long value = value(asked, field);
            if (value == null) {
                after.clearField(field);
            } else {
                after.setField(field, value);
            }
        }
        return after.build();
    }
}
