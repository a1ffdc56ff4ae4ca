package io.ticktock.api.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Function;

/** A page of a list, as every list has it. */
final class JsonPage {

    /** The query parameters of every list; those that filter come before them. */
    static final String SIZE = "page_size";

    static final String TOKEN = "page_token";

    private JsonPage() {}

    /** @param field of the items */
    static <M> HttpAnswer of(String field, List<M> items, Function<M, ObjectNode> json, String nextPageToken) {
        return HttpAnswer.ok(json(field, items, json, nextPageToken));
    }

    static <M> ObjectNode json(String field, List<M> items, Function<M, ObjectNode> json, String nextPageToken) {
        ObjectNode page = JsonText.object();
        ArrayNode list = page.putArray(field);
        items.forEach(item -> list.add(json.apply(item)));
        return page.put("next_page_token", nextPageToken);
    }
}
