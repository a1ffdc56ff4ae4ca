package io.ticktock.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Timestamp;
import io.ticktock.proto.v1.LifetimeEvent;

/** Events in the structured JSON of CloudEvents 1.0, as webhooks get them. */
public final class CloudEvent {

    public static final String MEDIA_TYPE = "application/cloudevents+json";

    private static final String TYPES = "io.ticktock.";

    private CloudEvent() {}

    /** The same however often it is sent; of this event alone among all of the tenant's. */
    public static String id(LifetimeEvent event) {
        return "evt_" + event.getLifetimeId() + "_" + event.getSeq();
    }

    /** Such as {@code completed}. */
    public static String type(LifetimeEvent event) {
        return EventJson.type(event);
    }

    public static byte[] of(String tenantId, LifetimeEvent event) {
        String type = TYPES + "lifetime." + type(event);
        ObjectNode json = envelope(tenantId, id(event), type, event.getTime());
        json.put("subject", event.getLifetimeId());
        return bytes(json, EventJson.of(event));
    }

    /** What shows that a webhook works. */
    public static byte[] test(String tenantId, String id, Timestamp time) {
        ObjectNode json = envelope(tenantId, id, TYPES + "webhook.test", time);
        return bytes(json, JsonText.object().put("type", "test"));
    }

    private static ObjectNode envelope(String tenantId, String id, String type, Timestamp time) {
        return JsonText.object()
                .put("specversion", "1.0")
                .put("id", id)
                .put("source", "/tenants/" + tenantId)
                .put("type", type)
                .put("time", LifetimeJson.time(time));
    }

    private static byte[] bytes(ObjectNode json, JsonNode data) {
        json.put("datacontenttype", "application/json").set("data", data);
        return JsonText.bytes(json);
    }
}
