package io.ticktock.control;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.FieldDigest;
import io.ticktock.proto.v1.ForkLifetimeRequest;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.StartFingerprint;
import io.ticktock.proto.v1.StartLifetimeRequest;
import java.util.Map;
import java.util.TreeMap;

/** By what a request for a lifetime is known again: digests of what was asked for, whoever asked, and how often. */
final class Fingerprint {

    static final String INPUT = "input";

    private final StartFingerprint.Builder fields = StartFingerprint.newBuilder();

    private Fingerprint() {}

    /** None of a child's: its parent asks for the same one always, in whatever words. */
    static StartFingerprint of(StartLifetimeRequest request) {
        if (!request.getParentExecId().isEmpty()) {
            return StartFingerprint.getDefaultInstance();
        }
        return new Fingerprint()
                .text("graph", request.getGraphName())
                .text("version", request.getGraphVersion())
                .payload(request.getInput())
                .labels(request.getLabelsMap())
                .fields
                .build();
    }

    static StartFingerprint of(ForkLifetimeRequest request) {
        Fingerprint fingerprint = new Fingerprint()
                .text("forked_from_lifetime_id", request.getParentLifetimeId())
                .text("exec_id", request.getExecId())
                .text("version", request.getGraphVersion())
                .labels(request.getLabelsMap());
        return (request.hasInput() ? fingerprint.payload(request.getInput()) : fingerprint).fields.build();
    }

    private Fingerprint text(String field, String value) {
        return value.isEmpty() ? this : digest(field, InputDigest.of(ByteString.copyFromUtf8(value)));
    }

    private Fingerprint payload(Payload input) {
        return digest(INPUT, InputDigest.of(input));
    }

    /** In an order of their own, with lengths, so that no two sets of labels have the same text. */
    private Fingerprint labels(Map<String, String> labels) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(labels)
                .forEach((name, value) -> text.append(name)
                        .append('=')
                        .append(value.length())
                        .append(':')
                        .append(value));
        return text("labels", text.toString());
    }

    private Fingerprint digest(String field, ByteString digest) {
        fields.addFields(FieldDigest.newBuilder().setField(field).setDigest(digest));
        return this;
    }
}
