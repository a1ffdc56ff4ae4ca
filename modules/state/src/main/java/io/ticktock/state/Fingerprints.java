package io.ticktock.state;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.StartFingerprint;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/** Compares what lifetimes were asked for with. */
public final class Fingerprints {

    private Fingerprints() {}

    /** The fields in which they differ, by name. What has no fingerprint differs in nothing. */
    public static List<String> differing(StartFingerprint one, StartFingerprint other) {
        if (one.getFieldsCount() == 0 || other.getFieldsCount() == 0) {
            return List.of();
        }
        Map<String, ByteString> first = byName(one);
        Map<String, ByteString> second = byName(other);
        TreeSet<String> names = new TreeSet<>(first.keySet());
        names.addAll(second.keySet());
        return names.stream()
                .filter(name -> !Objects.equals(first.get(name), second.get(name)))
                .toList();
    }

    private static Map<String, ByteString> byName(StartFingerprint fingerprint) {
        Map<String, ByteString> byName = new TreeMap<>();
        fingerprint.getFieldsList().forEach(field -> byName.put(field.getField(), field.getDigest()));
        return byName;
    }
}
