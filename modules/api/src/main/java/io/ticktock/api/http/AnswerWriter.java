package io.ticktock.api.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/** Writes what a request has come to: an answer, or a problem. */
final class AnswerWriter {

    private AnswerWriter() {}

    static void write(RoutingContext context, HttpAnswer answer) {
        HttpServerResponse response = context.response();
        if (answer.stream().isPresent()) {
            answer.headers().forEach(response::putHeader);
            answer.stream().get().accept(response);
            return;
        }
        if (response.closed()) {
            return;
        }
        answer.headers().forEach(response::putHeader);
        response.setStatusCode(answer.status());
        if (answer.body().isMissingNode()) {
            response.end();
            return;
        }
        response.putHeader("Content-Type", "application/json");
        response.end(Buffer.buffer(JsonText.bytes(answer.body())));
    }

    static void write(RoutingContext context, Problem problem) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        if (problem.retryAfterS() > 0) {
            response.putHeader("Retry-After", Integer.toString(problem.retryAfterS()));
        }
        if (problem.status() == 401) {
            response.putHeader("WWW-Authenticate", "Bearer");
        }
        response.setStatusCode(problem.status())
                .putHeader("Content-Type", Problem.MEDIA_TYPE)
                .end(Buffer.buffer(JsonText.bytes(problem.json())));
    }
}
