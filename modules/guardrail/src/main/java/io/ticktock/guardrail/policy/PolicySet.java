package io.ticktock.guardrail.policy;

import io.ticktock.graph.expression.PlainJson;
import io.ticktock.graph.reading.Faults;
import io.ticktock.graph.reading.FileFault;
import io.ticktock.graph.source.SourcePosition;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Policies that are in force together, by name. Immutable. */
public final class PolicySet {

    /** Allows everything, and has no digest. */
    public static final PolicySet NONE = new PolicySet(List.of(), "");

    private final List<Policy> policies;
    private final String digest;

    private PolicySet(List<Policy> policies, String digest) {
        this.policies = policies;
        this.digest = digest;
    }

    /**
     * The policies of these files together.
     *
     * @param files contents by name; {@code .json} at the end of a name means JSON, else it is YAML
     * @throws PolicyFaults with everything that is wrong with any of them
     */
    public static PolicySet parse(Map<String, byte[]> files) {
        List<FileFault> faults = new ArrayList<>();
        Map<String, String> fileOf = new LinkedHashMap<>();
        List<Policy> policies = new ArrayList<>();
        files.forEach((name, content) -> {
            Faults found = new Faults();
            for (PolicyParser.Parsed parsed : PolicyParser.parse(name, content, found)) {
                policies.add(parsed.policy());
                String first = fileOf.putIfAbsent(parsed.policy().name(), name);
                if (first != null) {
                    found.add(
                            parsed.position(),
                            "there is a policy " + parsed.policy().name() + " already, in " + first,
                            "give this one another name");
                }
            }
            if (policies.size() > PolicyParser.MAX_POLICIES) {
                found.add(
                        SourcePosition.START,
                        "with this file there are more than " + PolicyParser.MAX_POLICIES + " policies",
                        "keep fewer");
            }
            faults.addAll(found.in(name));
        });
        if (!faults.isEmpty()) {
            throw new PolicyFaults(faults);
        }
        policies.sort(Comparator.comparing(Policy::name));
        return policies.isEmpty() ? NONE : new PolicySet(List.copyOf(policies), digest(policies));
    }

    /** Lower-case hexadecimal SHA-256 of what the policies mean, in whatever files and order; empty for none. */
    public String digest() {
        return digest;
    }

    public int size() {
        return policies.size();
    }

    public boolean isEmpty() {
        return policies.isEmpty();
    }

    /** Whether any policy looks at more than a lifetime. */
    public boolean looksAtTenants() {
        return policies.stream().anyMatch(policy -> policy.window().isPresent());
    }

    List<Policy> policies() {
        return policies;
    }

    private static String digest(List<Policy> policies) {
        String canonical =
                PlainJson.write(policies.stream().map(Policy::canonical).toList());
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
