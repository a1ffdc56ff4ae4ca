package io.ticktock.executor;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Queue;

/** Memory that attempts take for a while, first come, first served. Who waits is bounded by the attempts in hand. */
final class ByteBudget {

    private final Queue<Claim> claims = new ArrayDeque<>();
    private long leftBytes;

    private record Claim(long bytes, Promise<Void> granted) {}

    ByteBudget(long bytes) {
        this.leftBytes = bytes;
    }

    /** Completes when that much has been taken; not more than all there is. */
    Future<Void> take(long bytes) {
        synchronized (this) {
            if (claims.isEmpty() && bytes <= leftBytes) {
                leftBytes -= bytes;
                return Future.succeededFuture();
            }
            Promise<Void> granted = Promise.promise();
            claims.add(new Claim(bytes, granted));
            return granted.future();
        }
    }

    void giveBack(long bytes) {
        synchronized (this) {
            leftBytes += bytes;
        }
        for (Claim next = grantable(); next != null; next = grantable()) {
            next.granted.complete();
        }
    }

    private synchronized Claim grantable() {
        Claim first = claims.peek();
        if (first == null || first.bytes > leftBytes) {
            return null;
        }
        leftBytes -= first.bytes;
        return claims.poll();
    }
}
