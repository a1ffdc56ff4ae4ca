package io.ticktock.testkit;

import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.Waiting;
import io.ticktock.state.BlobUris;
import io.ticktock.testkit.Evidence.HeldBlob;
import io.ticktock.testkit.Violation.Rule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks that what accepted records and events refer to is there, whole, and of the same tenant. */
final class BlobCheck {

    private final Findings findings;
    private final Function<String, Optional<HeldBlob>> blobs;

    BlobCheck(Findings findings, Function<String, Optional<HeldBlob>> blobs) {
        this.findings = findings;
        this.blobs = blobs;
    }

    void check(LifetimeRows rows) {
        Set<String> accepted = rows.log().stream()
                .filter(row -> row.event().hasAccepted())
                .map(row -> row.event().getAccepted().getExecId())
                .collect(Collectors.toSet());
        // The same blob is often passed on.
        Set<BlobReference> references = new HashSet<>();
        rows.executions().stream()
                .filter(record -> accepted.contains(record.execId()))
                .forEach(record -> references.addAll(record.blobs()));
        rows.log().forEach(row -> references.addAll(of(row.event())));
        references.forEach(reference -> check(rows.key(), reference));
    }

    private static List<BlobReference> of(LifetimeEvent event) {
        List<BlobReference> found = new ArrayList<>();
        Waiting waiting = event.getWaiting();
        Stream.of(
                        waiting.getHuman().getDetails(),
                        waiting.getChild().getInput(),
                        event.getWoken().getResumption().getAnswer().getPayload())
                .filter(Payload::hasBlob)
                .forEach(payload -> found.add(payload.getBlob()));
        return found;
    }

    private void check(History.Key key, BlobReference reference) {
        String uri = reference.getUri();
        findings.require(
                BlobUris.tenantOf(uri).equals(key.tenantId()),
                Rule.KEYS_AGREE,
                key,
                () -> uri + " is of another tenant");
        Optional<HeldBlob> held = blobs.apply(uri);
        findings.require(held.isPresent(), Rule.BLOBS_MATCH, key, () -> uri + " is not there");
        held.ifPresent(blob -> findings.require(
                blob.sizeBytes() == reference.getSizeBytes() && blob.sha256().equals(reference.getSha256()),
                Rule.BLOBS_MATCH,
                key,
                () -> uri + " has " + blob.sizeBytes() + " bytes where the reference says " + reference.getSizeBytes()
                        + ", or another hash"));
    }
}
