package io.ticktock.api.http;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.util.function.Function;

/**
 * One row of the table of routes.
 *
 * @param path with its parameters in braces, such as {@code /v1/lifetimes/{id}:pause}
 * @param summary for people
 * @param action answers; what it throws is answered as its failure
 */
record HttpRoute(HttpMethod method, String path, String summary, Function<HttpCall, Future<HttpAnswer>> action) {

    static HttpRoute get(String path, String summary, Function<HttpCall, Future<HttpAnswer>> action) {
        return new HttpRoute(HttpMethod.GET, path, summary, action);
    }

    static HttpRoute post(String path, String summary, Function<HttpCall, Future<HttpAnswer>> action) {
        return new HttpRoute(HttpMethod.POST, path, summary, action);
    }

    static HttpRoute patch(String path, String summary, Function<HttpCall, Future<HttpAnswer>> action) {
        return new HttpRoute(HttpMethod.PATCH, path, summary, action);
    }

    static HttpRoute delete(String path, String summary, Function<HttpCall, Future<HttpAnswer>> action) {
        return new HttpRoute(HttpMethod.DELETE, path, summary, action);
    }

    /** A parameter is a segment without a colon: what is behind a colon is a verb. */
    String pattern() {
        return path.replaceAll("\\{([a-z]+)}", "(?<$1>[^/:]+)");
    }
}
