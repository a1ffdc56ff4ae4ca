package io.ticktock.state;

import io.ticktock.graph.SemanticVersion;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The versions of one graph. */
public final class GraphVersions {

    /** Of two that differ in build metadata only, which does not count, always the same one. */
    private static final Comparator<String> ORDER =
            Comparator.comparing(GraphVersions::parse).thenComparing(Comparator.naturalOrder());

    private GraphVersions() {}

    /** Throws INVALID_ARGUMENT when the text is no semantic version. */
    public static SemanticVersion parse(String version) {
        return SemanticVersion.parse(version)
                .orElseThrow(() -> Refusal.invalid("version must be a semantic version such as 1.0.0"));
    }

    /** By precedence. */
    public static Optional<String> highest(Collection<String> versions) {
        return versions.stream().max(ORDER);
    }
}
