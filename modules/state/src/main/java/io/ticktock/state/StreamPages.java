package io.ticktock.state;

import io.ticktock.proto.v1.ReadStreamResponse;

/** What every store does alike with pages of a tenant's stream. */
public record StreamPages(PositionSeal seal, String tenantId, StreamFilter filter) {

    /** Of one page. */
    static final int MOST_BYTES = 1 << 20;

    private static final String FROM_THE_OLDEST = "oldest";

    /** @param next the first batch whose events are still to come */
    public ReadStreamResponse now(long next) {
        return ReadStreamResponse.newBuilder()
                .setPosition(text(StreamPosition.before(next)))
                .build();
    }

    public StreamPosition place(String position) {
        return position.equals(FROM_THE_OLDEST) ? StreamPosition.OLDEST : seal.open(tenantId, position);
    }

    public String text(StreamPosition position) {
        return seal.seal(tenantId, position);
    }

    /** A database that was put back to an earlier time has not got so far yet. */
    public StreamPosition requireReached(StreamPosition position, long next) {
        if (position.batch() > next) {
            throw Refusal.noPosition();
        }
        return position;
    }
}
