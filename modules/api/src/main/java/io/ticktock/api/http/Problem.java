package io.ticktock.api.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.FiredPolicy;
import io.ticktock.proto.v1.QuotaExcess;
import java.util.Optional;

/**
 * A failure as RFC 9457 tells it, as {@code application/problem+json}; its type is stable.
 *
 * @param retryAfterS when it is worth trying again; 0: never
 * @param guardrail the policy that is behind it
 * @param quota which one was exceeded, of the caller's own tenant
 */
record Problem(
        int status,
        String type,
        String title,
        String detail,
        int retryAfterS,
        Optional<FiredPolicy> guardrail,
        Optional<QuotaExcess> quota) {

    static final String MEDIA_TYPE = "application/problem+json";

    private static final String NAMESPACE = "urn:ticktock:problem:";

    /** The same bytes whether it is not there, or another tenant's, or no id at all. */
    static final Problem NOT_FOUND =
            new Problem(404, "not_found", "Not found", "there is no such thing here, or it is not yours", 0);

    private Problem(int status, String type, String title, String detail, int retryAfterS) {
        this(status, type, title, detail, retryAfterS, Optional.empty(), Optional.empty());
    }

    static Problem of(Throwable cause) {
        Failure failure = Failure.of(cause);
        Problem problem = of(failure);
        return new Problem(
                problem.status,
                problem.type,
                problem.title,
                problem.detail,
                problem.retryAfterS,
                failure.guardrail(),
                failure.quota());
    }

    private static Problem of(Failure failure) {
        int retryAfterS = failure.retryAfterSeconds();
        FailureCode code = failure.code();
        return switch (code) {
            case INVALID_ARGUMENT -> new Problem(400, "invalid_argument", "Invalid request", failure.getMessage(), 0);
            case UNAUTHENTICATED -> new Problem(401, "unauthenticated", "Not authenticated", failure.getMessage(), 0);
            case PERMISSION_DENIED -> new Problem(403, "permission_denied", "Not allowed", failure.getMessage(), 0);
            case NOT_FOUND -> NOT_FOUND;
            case ALREADY_EXISTS -> new Problem(409, "already_exists", "Already there", failure.getMessage(), 0);
            case FAILED_PRECONDITION ->
                new Problem(409, "failed_precondition", "Not possible in this state", failure.getMessage(), 0);
            case STALE -> new Problem(412, "stale", "Changed meanwhile", failure.getMessage(), 0);
            case OVERLOADED -> new Problem(429, "overloaded", "Too much at once", failure.getMessage(), retryAfterS);
            case QUOTA_EXCEEDED ->
                new Problem(429, "quota_exceeded", "Quota exceeded", failure.getMessage(), retryAfterS);
            case FENCED, UNAVAILABLE ->
                new Problem(503, "unavailable", "Not available now", failure.getMessage(), retryAfterS);
            case INTERNAL -> new Problem(500, "internal", "Internal error", "an internal error; the log tells more", 0);
        };
    }

    /** What the HTTP server itself refuses. */
    static Problem ofStatus(int status) {
        return switch (status) {
            case 404 -> NOT_FOUND;
            case 405 -> new Problem(405, "method_not_allowed", "Method not allowed", "this path has other methods", 0);
            case 413 -> new Problem(413, "too_large", "Body too large", "the body is larger than 1 MiB", 0);
            case 416 -> new Problem(416, "no_such_range", "No such range", "the blob ends before this range", 0);
            case 415 -> new Problem(415, "unsupported_media_type", "Unsupported media type", "send JSON", 0);
            default -> new Problem(status, "bad_request", "Bad request", "the request cannot be read", 0);
        };
    }

    ObjectNode json() {
        ObjectNode json = JsonText.object();
        json.put("type", NAMESPACE + type);
        json.put("title", title);
        json.put("status", status);
        json.put("detail", detail);
        guardrail.ifPresent(fired -> EventJson.policy(json, fired));
        quota.ifPresent(excess -> json.put("quota", excess.getQuota())
                .put("limit", Long.toString(excess.getLimit()))
                .put("observed", Long.toString(excess.getObserved())));
        return json;
    }
}
