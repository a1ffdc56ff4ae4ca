package io.ticktock.state;

import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.PlanResult;
import io.ticktock.proto.v1.Resumption;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.proto.v1.Waiting;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the blobs that what is stored refers to, each with its size; such blobs are not garbage. Mostly there are none.
 */
public final class BlobUris {

    private static final Pattern FORM = Pattern.compile("blob:((?:[a-z0-9_-]|%[0-9a-f]{2})+)/");

    private BlobUris() {}

    public static Map<String, Long> of(TaskExecution execution) {
        return of(execution.getResult().getPayload());
    }

    public static Map<String, Long> of(PlanExecution execution) {
        PlanResult result = execution.getResult();
        if (result.hasPackedInputs()) {
            return sized(result.getPackedInputs().getBlob());
        }
        Map<String, Long> uris = Map.of();
        for (Payload input : result.getInputsList()) {
            uris = union(uris, of(input));
        }
        return uris;
    }

    public static Map<String, Long> of(LifetimeEvent event) {
        if (event.hasWaiting()) {
            Waiting waiting = event.getWaiting();
            return union(
                    of(waiting.getHuman().getDetails()), of(waiting.getChild().getInput()));
        }
        if (event.hasWoken()) {
            Resumption resumption = event.getWoken().getResumption();
            return of(resumption.getAnswer().getPayload());
        }
        return Map.of();
    }

    public static Map<String, Long> of(Signal signal) {
        return of(signal.getAnswer().getPayload());
    }

    public static Map<String, Long> of(Payload payload) {
        return payload.hasBlob() ? sized(payload.getBlob()) : Map.of();
    }

    private static Map<String, Long> sized(BlobReference blob) {
        return Map.of(blob.getUri(), blob.getSizeBytes());
    }

    /** Of "blob:tenant/hash", where the tenant has its unusual bytes escaped; "" when the uri has another form. */
    public static String tenantOf(String uri) {
        Matcher matcher = FORM.matcher(uri);
        // What URLDecoder takes for a space, "+", is itself escaped in a blob's uri.
        return matcher.lookingAt() ? URLDecoder.decode(matcher.group(1), StandardCharsets.UTF_8) : "";
    }

    private static Map<String, Long> union(Map<String, Long> some, Map<String, Long> others) {
        if (others.isEmpty()) {
            return some;
        }
        Map<String, Long> all = new HashMap<>(some);
        all.putAll(others);
        return all;
    }
}
