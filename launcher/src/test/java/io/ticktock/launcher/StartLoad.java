package io.ticktock.launcher;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Starts over HTTP, from one event loop, each on a connection that nothing else uses meanwhile. */
final class StartLoad {

    private static final long TICK_MS = 5;

    /** What became of them. */
    static final class Seen {
        private final List<Long> admittedNanos = new ArrayList<>();
        private final List<Long> refusedNanos = new ArrayList<>();
        private int wrong;
        private int unsent;

        int admitted() {
            return admittedNanos.size();
        }

        long perSecond(Duration time) {
            return admittedNanos.size() * 1_000L / time.toMillis();
        }

        /** With a time after which to try again. */
        int refused() {
            return refusedNanos.size();
        }

        /** Neither started nor refused as they should be. */
        int wrong() {
            return wrong;
        }

        int unsent() {
            return unsent;
        }

        double percentileMs(int percent) {
            return percentileMs(admittedNanos, percent);
        }

        double refusedPercentileMs(int percent) {
            return percentileMs(refusedNanos, percent);
        }

        private static double percentileMs(List<Long> nanos, int percent) {
            if (nanos.isEmpty()) {
                return 0;
            }
            List<Long> sorted = new ArrayList<>(nanos);
            Collections.sort(sorted);
            return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100)) / 1e6;
        }

        private void answered(HttpClientResponse response, long nanos) {
            if (response.statusCode() == 201) {
                admittedNanos.add(nanos);
            } else if (response.statusCode() == 429 && response.getHeader("Retry-After") != null) {
                refusedNanos.add(nanos);
            } else {
                wrong++;
            }
        }
    }

    private final Vertx vertx;
    private final Context context;
    private final HttpClient client;
    private final RequestOptions request;
    private final Buffer body;
    private final int connections;
    private final Seen seen = new Seen();
    private final Promise<Seen> done = Promise.promise();
    private int outstanding;
    private boolean isOver;

    StartLoad(Vertx vertx, URI uri, String key, Buffer body, int connections) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.client = vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(connections));
        this.request = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(uri.getHost())
                .setPort(uri.getPort())
                .setURI(uri.getPath())
                .putHeader("Authorization", "Bearer " + key);
        this.body = body;
        this.connections = connections;
    }

    /** As fast as they are answered, on all connections. */
    Future<Seen> closedLoop(Duration time) {
        context.runOnContext(nothing -> {
            endAfter(time);
            for (int i = 0; i < connections; i++) {
                sendOnAndOn();
            }
        });
        return done.future();
    }

    private void sendOnAndOn() {
        send().onComplete(answered -> {
            if (!isOver) {
                sendOnAndOn();
            }
        });
    }

    /** So many a second, however they are answered, as long as there is a connection. */
    Future<Seen> paced(int perSecond, Duration time) {
        context.runOnContext(nothing -> {
            endAfter(time);
            long begunNanos = System.nanoTime();
            long[] sent = {0};
            vertx.setPeriodic(TICK_MS, id -> {
                if (isOver) {
                    vertx.cancelTimer(id);
                    return;
                }
                for (long due = (System.nanoTime() - begunNanos) * perSecond / 1_000_000_000L;
                        sent[0] < due;
                        sent[0]++) {
                    if (outstanding < connections) {
                        send();
                    } else {
                        seen.unsent++;
                    }
                }
            });
        });
        return done.future();
    }

    private Future<Void> send() {
        outstanding++;
        long sentNanos = System.nanoTime();
        return client.request(request)
                .compose(open -> open.send(body))
                .compose(response -> response.body().map(read -> response))
                .onSuccess(response -> seen.answered(response, System.nanoTime() - sentNanos))
                .onFailure(cause -> seen.wrong++)
                .<Void>mapEmpty()
                .onComplete(answered -> {
                    outstanding--;
                    endIfOver();
                });
    }

    private void endAfter(Duration time) {
        vertx.setTimer(time.toMillis(), id -> {
            isOver = true;
            endIfOver();
        });
    }

    private void endIfOver() {
        if (isOver && outstanding == 0) {
            client.close().onComplete(closed -> done.tryComplete(seen));
        }
    }
}
