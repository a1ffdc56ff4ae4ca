package io.ticktock.control;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.Progress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Whether a node gets anywhere as its token runs it again and again. Attempts of one iteration count as one, and cost
 * what they cost together. Immutable.
 *
 * @param iteration the latest; 0 before the first
 * @param input digest of its input; empty when that is not known
 * @param sameInput how many iterations in a row had this input
 * @param costMicros what the iteration has cost so far
 * @param risingCost how many iterations in a row cost more than the one before without a new result
 * @param results digests of the latest different results of that row
 * @param before the same at the end of the iteration before, without its own before; null in the first
 */
record NodeProgress(
        int iteration,
        ByteString input,
        int sameInput,
        long costMicros,
        int risingCost,
        List<ByteString> results,
        NodeProgress before) {

    /** So that what is kept does not grow: a result that comes again after more than this many others is new. */
    private static final int MOST_RESULTS = 8;

    static final NodeProgress NONE = new NodeProgress(0, ByteString.EMPTY, 0, 0, 0, List.of(), null);

    /** With a further attempt. */
    NodeProgress with(int ofIteration, PolicyTelemetry telemetry) {
        boolean isRetry = ofIteration == iteration;
        NodeProgress last =
                isRetry ? before : new NodeProgress(iteration, input, sameInput, costMicros, risingCost, results, null);
        ByteString given = isRetry && telemetry.getInputDigest().isEmpty() ? input : telemetry.getInputDigest();
        long cost = telemetry.getCostMicros() + (isRetry ? costMicros : 0);
        ByteString result = telemetry.getResultDigest();
        boolean isNew = !result.isEmpty() && !last.results.contains(result);
        boolean isDearer = last.iteration > 0 && cost > last.costMicros;
        return new NodeProgress(
                ofIteration,
                given,
                !given.isEmpty() && given.equals(last.input) ? last.sameInput + 1 : 1,
                cost,
                isDearer && !isNew ? last.risingCost + 1 : 0,
                seen(isDearer ? last.results : List.of(), result),
                last);
    }

    private static List<ByteString> seen(List<ByteString> earlier, ByteString result) {
        if (result.isEmpty() || earlier.contains(result)) {
            return earlier;
        }
        if (earlier.isEmpty()) {
            return List.of(result);
        }
        List<ByteString> seen =
                new ArrayList<>(earlier.subList(Math.max(0, earlier.size() - MOST_RESULTS + 1), earlier.size()));
        seen.add(result);
        return List.copyOf(seen);
    }

    /** As guardrails are told. */
    Progress toMessage() {
        return Progress.newBuilder()
                .setSameInput(sameInput)
                .setRisingCost(risingCost)
                .build();
    }

    @Override
    public String toString() {
        return "#" + iteration + " input=" + hex(input) + "x" + sameInput + " cost=" + costMicros + " rising="
                + risingCost + " results="
                + results.stream().map(NodeProgress::hex).toList()
                + (before == null ? "" : " before " + before);
    }

    private static String hex(ByteString digest) {
        return HexFormat.of().formatHex(digest.toByteArray());
    }
}
