package io.ticktock.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * A message of JSON-RPC, as the Model Context Protocol sends it.
 *
 * @param id empty where no answer is wanted
 */
record RpcMessage(Optional<JsonNode> id, String method, ObjectNode params) {

    static final int INVALID_REQUEST = -32600;
    static final int METHOD_NOT_FOUND = -32601;
    static final int INVALID_PARAMS = -32602;

    private static final String VERSION = "2.0";

    /** Why a request has no result, beyond what an operation refuses. */
    static final class Fault extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final int code;

        Fault(int code, String message) {
            super(message, null, false, false);
            this.code = code;
        }
    }

    /** Throws {@link Fault} for what is none; answers to requests of ours, which there are none of, are taken for notifications. */
    static RpcMessage of(byte[] body) {
        JsonNode read = JsonText.value(body).orElseThrow(() -> new Fault(INVALID_REQUEST, "the body is not JSON"));
        if (!(read instanceof ObjectNode object)
                || !object.path("jsonrpc").asText().equals(VERSION)) {
            throw new Fault(INVALID_REQUEST, "the body must be one message of JSON-RPC 2.0");
        }
        JsonNode id = object.path("id");
        JsonNode params = object.path("params");
        if (!(id.isMissingNode() || id.isTextual() || id.isNumber())) {
            throw new Fault(INVALID_REQUEST, "id must be a text or a number");
        }
        if (!(params.isMissingNode() || params.isObject())) {
            throw new Fault(INVALID_PARAMS, "params must be an object");
        }
        boolean isRequest = !id.isMissingNode() && object.has("method");
        return new RpcMessage(
                isRequest ? Optional.of(id) : Optional.empty(),
                object.path("method").asText(),
                params instanceof ObjectNode given ? given : JsonText.object());
    }

    static ObjectNode result(JsonNode id, ObjectNode result) {
        ObjectNode message = message(id);
        message.set("result", result);
        return message;
    }

    static ObjectNode error(Optional<JsonNode> id, Fault fault) {
        ObjectNode message = message(id.orElseGet(NullNode::getInstance));
        message.putObject("error").put("code", fault.code).put("message", fault.getMessage());
        return message;
    }

    private static ObjectNode message(JsonNode id) {
        ObjectNode message = JsonText.object();
        message.put("jsonrpc", VERSION);
        message.set("id", id);
        return message;
    }
}
