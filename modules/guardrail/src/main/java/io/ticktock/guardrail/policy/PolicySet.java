package io.ticktock.guardrail.policy;

import io.ticktock.graph.expression.PlainJson;
import io.ticktock.graph.reading.Faults;
import io.ticktock.graph.reading.FileFault;
import io.ticktock.graph.source.SourcePosition;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.GuardrailPolicy;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Policies that are in force together, by name. Immutable. */
public final class PolicySet {

    /** Allows everything, and has no digest. */
    public static final PolicySet NONE = new PolicySet(List.of(), List.of(), Prices.NONE, "", "");

    private final List<Policy> policies;
    private final List<BudgetPolicy> budgets;
    private final Prices prices;
    private final String canonical;
    private final String digest;

    private PolicySet(
            List<Policy> policies, List<BudgetPolicy> budgets, Prices prices, String canonical, String digest) {
        this.policies = policies;
        this.budgets = budgets;
        this.prices = prices;
        this.canonical = canonical;
        this.digest = digest;
    }

    /**
     * The policies of these files together.
     *
     * @param files contents by name; {@code .json} at the end of a name means JSON, else it is YAML
     * @throws PolicyFaults with everything that is wrong with any of them
     */
    public static PolicySet parse(Map<String, byte[]> files) {
        Gathering gathering = new Gathering();
        files.forEach(gathering::add);
        if (!gathering.faults.isEmpty()) {
            throw new PolicyFaults(gathering.faults);
        }
        return gathering.set();
    }

    /** What the files read so far have together. */
    private static final class Gathering {

        private final List<FileFault> faults = new ArrayList<>();
        private final Map<String, String> fileOf = new LinkedHashMap<>();
        private final List<Policy> policies = new ArrayList<>();
        private final List<BudgetPolicy> budgets = new ArrayList<>();
        private Optional<Prices> prices = Optional.empty();

        void add(String fileName, byte[] content) {
            Faults found = new Faults();
            PolicyParser.File file = PolicyParser.parse(fileName, content, found);
            for (PolicyParser.Parsed<Policy> parsed : file.policies()) {
                policies.add(parsed.policy());
                claim(parsed.policy().name(), parsed.position(), fileName, found);
            }
            for (PolicyParser.Parsed<BudgetPolicy> parsed : file.budgets()) {
                budgets.add(parsed.policy());
                claim(parsed.policy().name(), parsed.position(), fileName, found);
            }
            if (policies.size() + budgets.size() > PolicyParser.MAX_POLICIES) {
                found.add(
                        SourcePosition.START,
                        "with this file there are more than " + PolicyParser.MAX_POLICIES + " policies",
                        "keep fewer");
            }
            if (prices.isPresent() && file.prices().isPresent()) {
                found.add(SourcePosition.START, "another file has prices already", "keep one table of prices");
            }
            prices = prices.or(file::prices);
            faults.addAll(found.in(fileName));
        }

        private void claim(String name, SourcePosition position, String fileName, Faults found) {
            String first = fileOf.putIfAbsent(name, fileName);
            if (first != null) {
                found.add(
                        position, "there is a policy " + name + " already, in " + first, "give this one another name");
            }
        }

        PolicySet set() {
            policies.sort(Comparator.comparing(Policy::name));
            budgets.sort(Comparator.comparing(BudgetPolicy::name));
            if (policies.isEmpty() && budgets.isEmpty()) {
                return NONE;
            }
            String canonical = canonical(policies, budgets, prices);
            return new PolicySet(
                    List.copyOf(policies),
                    List.copyOf(budgets),
                    prices.orElse(Prices.NONE),
                    canonical,
                    digest(canonical));
        }
    }

    /** Lower-case hexadecimal SHA-256 of what the policies mean, in whatever files and order; empty for none. */
    public String digest() {
        return digest;
    }

    public int size() {
        return policies.size() + budgets.size();
    }

    public boolean isEmpty() {
        return policies.isEmpty() && budgets.isEmpty();
    }

    public List<BudgetPolicy> budgets() {
        return budgets;
    }

    /** Empty without a table. */
    public Prices prices() {
        return prices;
    }

    /** Whether any policy looks at more than a lifetime. */
    public boolean looksAtTenants() {
        return policies.stream().anyMatch(policy -> policy.window().isPresent());
    }

    /**
     * Those of the policies that can be judged from the log of a lifetime, as a set of their own: they look at no tenant,
     * not into results, and not at how a node gets on.
     */
    public PolicySet ofLogs() {
        Gathering gathering = new Gathering();
        policies.stream()
                .filter(policy -> policy.window().isEmpty())
                .filter(policy -> !policy.readsResult())
                .filter(policy -> Collections.disjoint(policy.when().variables(), PolicyVariables.PROGRESS))
                .forEach(gathering.policies::add);
        budgets.stream().filter(budget -> !budget.isOfTenant()).forEach(gathering.budgets::add);
        gathering.prices = Optional.of(prices);
        return gathering.set();
    }

    /** What each policy asks for when it fires, by its name, in the order of names. */
    public Map<String, GuardrailAction> actions() {
        Map<String, GuardrailAction> actions = new TreeMap<>();
        policies.forEach(policy -> actions.put(policy.name(), policy.action()));
        budgets.forEach(budget -> actions.put(budget.name(), budget.action()));
        return actions;
    }

    /** Whether any policy is about graphs of certain names only. */
    public boolean namesGraphs() {
        return policies.stream().anyMatch(policy -> policy.appliesTo().namesGraphs())
                || budgets.stream().anyMatch(budget -> budget.appliesTo().namesGraphs());
    }

    /** Those that graphs of these names may come under, by name. */
    public List<GuardrailPolicy> concerning(Set<String> graphNames) {
        Stream<GuardrailPolicy> conditions = policies.stream()
                .filter(policy -> policy.appliesTo().mayConcern(graphNames))
                .map(Policy::told);
        Stream<GuardrailPolicy> limits = budgets.stream()
                .filter(budget -> budget.appliesTo().mayConcern(graphNames))
                .map(BudgetPolicy::told);
        return Stream.concat(conditions, limits)
                .sorted(Comparator.comparing(GuardrailPolicy::getName))
                .toList();
    }

    /** Whether any policy looks at what results hold. */
    public boolean readsResults() {
        return policies.stream().anyMatch(Policy::readsResult);
    }

    List<Policy> policies() {
        return policies;
    }

    /** The JSON text from which {@link #restore} makes the set again; its SHA-256 is the digest. */
    public String canonical() {
        return canonical;
    }

    /** The set of which this is the canonical text; throws {@link PolicyFaults} when it is none of today's policies. */
    public static PolicySet restore(String canonical) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        if (PlainJson.parse(canonical) instanceof List<?> parts) {
            // One by one: what came from different files may be what one file must not hold.
            for (Object part : parts) {
                boolean isPrices = part instanceof Map<?, ?> map && map.containsKey("prices");
                String text = PlainJson.write(isPrices ? part : Map.of("policies", List.of(part)));
                files.put("stored policy " + (files.size() + 1) + ".json", text.getBytes(StandardCharsets.UTF_8));
            }
        }
        return parse(files);
    }

    private static String canonical(List<Policy> policies, List<BudgetPolicy> budgets, Optional<Prices> prices) {
        List<Object> meaning = new ArrayList<>();
        policies.forEach(policy -> meaning.add(policy.canonical()));
        budgets.forEach(budget -> meaning.add(budget.canonical()));
        prices.ifPresent(table -> meaning.add(Map.of("prices", table.canonical())));
        return PlainJson.write(meaning);
    }

    private static String digest(String canonical) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
