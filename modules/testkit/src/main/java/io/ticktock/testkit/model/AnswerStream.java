package io.ticktock.testkit.model;

import io.ticktock.sdk.Json;
import io.ticktock.testkit.model.ModelLedger.Outcome;
import io.ticktock.testkit.model.Reply.Answer;
import io.ticktock.testkit.model.Reply.Call;
import io.ticktock.testkit.model.Reply.Ending;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sends one answer in parts, as server-sent events, no faster than they are taken. */
final class AnswerStream {

    private static final int PART_CHARS = 24;
    /** A very long text comes in larger parts. */
    private static final int MOST_PARTS_OF_A_TEXT = 4_096;

    private static final int PARTS_AT_ONCE = 64;
    /** An endless answer ends some time, should nobody mind. */
    private static final long MOST_PARTS = 10_000_000;

    private final Vertx vertx;
    private final HttpServerResponse response;
    private final ModelLedger ledger;
    private final Completion completion;
    private final ModelRequest request;
    private final Answer answer;
    private final List<Part> parts;
    private long sentChars;
    private long sentParts;
    private boolean ended;

    /** @param content characters of the answer in it */
    private record Part(Map<String, Object> delta, int content) {}

    AnswerStream(
            Vertx vertx,
            HttpServerResponse response,
            ModelLedger ledger,
            Completion completion,
            ModelRequest request,
            Answer answer) {
        this.vertx = vertx;
        this.response = response;
        this.ledger = ledger;
        this.completion = completion;
        this.request = request;
        this.answer = answer;
        this.parts = parts(completion);
    }

    private static List<Part> parts(Completion completion) {
        Answer answer = completion.answer();
        List<Part> parts = new ArrayList<>();
        parts.add(new Part(Map.of("role", "assistant", "content", ""), 0));
        pieces(answer.text()).forEach(piece -> parts.add(new Part(Map.of("content", piece), piece.length())));
        for (int i = 0; i < answer.calls().size(); i++) {
            Call call = answer.calls().get(i);
            Map<String, Object> first = completion.call(i, "");
            first.put("index", i);
            parts.add(new Part(Map.of("tool_calls", List.of(first)), 0));
            for (String piece : pieces(call.arguments())) {
                Map<String, Object> more = new LinkedHashMap<>();
                more.put("index", i);
                more.put("function", Map.of("arguments", piece));
                parts.add(new Part(Map.of("tool_calls", List.of(more)), piece.length()));
            }
        }
        return parts;
    }

    private static List<String> pieces(String text) {
        List<String> pieces = new ArrayList<>();
        int partChars = Math.max(PART_CHARS, text.length() / MOST_PARTS_OF_A_TEXT);
        int from = 0;
        while (from < text.length()) {
            int to = Math.min(text.length(), from + partChars);
            if (to < text.length() && Character.isHighSurrogate(text.charAt(to - 1))) {
                to++;
            }
            pieces.add(text.substring(from, to));
            from = to;
        }
        return pieces;
    }

    void start() {
        response.setStatusCode(200)
                .setChunked(true)
                .putHeader("Content-Type", "text/event-stream")
                .putHeader("Cache-Control", "no-cache");
        response.exceptionHandler(gone -> leave());
        response.closeHandler(gone -> leave());
        response.drainHandler(drained -> next());
        next();
    }

    private void leave() {
        end(Outcome.LEFT);
    }

    private void end(Outcome outcome) {
        ended = true;
        long output = outcome == Outcome.FINISHED ? completion.outputTokens() : (sentChars + 3) / 4;
        ledger.end(completion.number(), outcome, 200, output);
    }

    private void next() {
        for (int turn = 0; !ended && !response.writeQueueFull(); turn++) {
            if (turn == PARTS_AT_ONCE) {
                // So that others have their turn, and whoever went away is noticed.
                vertx.runOnContext(later -> next());
                return;
            }
            if (!answer.pause().isZero()) {
                response.drainHandler(null);
                vertx.setTimer(answer.pause().toMillis(), passed -> {
                    if (!ended && send()) {
                        next();
                    }
                });
                return;
            }
            if (!send()) {
                return;
            }
        }
    }

    /** Whether more is to come. */
    private boolean send() {
        boolean isOver = sentParts >= parts.size();
        if ((isOver && answer.ending() != Ending.ENDLESS) || sentParts == MOST_PARTS) {
            finish();
            return false;
        }
        int index = (int) (isOver ? 1 + sentParts % (parts.size() - 1) : sentParts);
        Part part = parts.get(index);
        sentParts++;
        if (sentChars == 0 && part.content() > 0) {
            ledger.begin(completion.number());
        }
        sentChars += part.content();
        event(completion.chunk(part.delta(), null));
        return true;
    }

    private void finish() {
        switch (answer.ending()) {
            case COMPLETE -> {
                event(completion.chunk(Map.of(), completion.finishReason()));
                if (request.wantsUsage()) {
                    event(completion.usageChunk());
                }
                end(Outcome.FINISHED);
                response.end("data: [DONE]\n\n");
            }
            case CUT, ENDLESS -> {
                end(Outcome.CUT);
                response.reset();
            }
            case STALL -> response.drainHandler(null);
        }
    }

    private void event(Object tree) {
        response.write("data: " + Json.write(tree).toStringUtf8() + "\n\n");
    }
}
