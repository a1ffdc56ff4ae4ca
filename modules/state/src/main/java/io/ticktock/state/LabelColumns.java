package io.ticktock.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Labels of lifetimes as the arrays of a statement: tenant_id, lifetime_id, name, value. */
final class LabelColumns {

    private final List<String> tenants = new ArrayList<>();
    private final List<UUID> lifetimes = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<String> values = new ArrayList<>();

    void add(LifetimeIdentity lifetime, Map<String, String> labels) {
        labels.forEach((name, value) -> {
            tenants.add(lifetime.tenantId());
            lifetimes.add(lifetime.lifetimeId());
            names.add(name);
            values.add(value);
        });
    }

    void addTo(List<Object> parameters) {
        parameters.add(tenants.toArray(String[]::new));
        parameters.add(lifetimes.toArray(UUID[]::new));
        parameters.add(names.toArray(String[]::new));
        parameters.add(values.toArray(String[]::new));
    }
}
