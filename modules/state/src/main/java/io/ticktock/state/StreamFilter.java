package io.ticktock.state;

import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeEvent.EventCase;
import io.ticktock.proto.v1.ReadStreamRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which of a tenant's events are asked for.
 *
 * @param graphName empty for every graph
 * @param types empty for every type
 */
public record StreamFilter(String graphName, Set<EventCase> types) {

    private static final int MOST_TYPES = 64;
    private static final Map<String, EventCase> TYPES = Arrays.stream(EventCase.values())
            .filter(type -> type != EventCase.EVENT_NOT_SET)
            .collect(Collectors.toMap(StreamFilter::name, type -> type, (one, other) -> one, TreeMap::new));

    public static StreamFilter of(ReadStreamRequest request) {
        Checks.text("graph_name", request.getGraphName());
        return new StreamFilter(request.getGraphName(), types(request.getTypesList()));
    }

    private static Set<EventCase> types(List<String> names) {
        Checks.atMost("types", names.size(), MOST_TYPES);
        return names.stream().map(StreamFilter::type).collect(Collectors.toSet());
    }

    private static EventCase type(String name) {
        EventCase type = TYPES.get(name);
        if (type == null) {
            throw Refusal.invalid(
                    "there is no type of events '" + name + "'; the types are " + String.join(", ", TYPES.keySet()));
        }
        return type;
    }

    private static String name(EventCase type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    public boolean takes(String graphOfEvent, LifetimeEvent event) {
        return (graphName.isEmpty() || graphName.equals(graphOfEvent))
                && (types.isEmpty() || types.contains(event.getEventCase()));
    }
}
