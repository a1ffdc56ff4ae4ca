package io.ticktock.control;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One fan-out and the tokens in it. The root scope holds the token that every lifetime starts with. */
final class Scope {

    /** The token that was suspended when this scope opened; null for the root scope. */
    final Token opener;

    final String path;

    private final Set<Token> tokens = new LinkedHashSet<>();
    private final Map<String, List<Token>> parked = new LinkedHashMap<>();
    private int parkedCount;

    Scope(Token opener, String path) {
        this.opener = opener;
        this.path = path;
    }

    boolean isRoot() {
        return opener == null;
    }

    void add(Token token) {
        tokens.add(token);
    }

    void remove(Token token) {
        tokens.remove(token);
    }

    void park(Token token, String planId) {
        token.parkedAt = planId;
        token.settle();
        parked.computeIfAbsent(planId, id -> new ArrayList<>()).add(token);
        parkedCount++;
    }

    Set<Token> tokens() {
        return tokens;
    }

    int parkedAt(String planId) {
        return parked.getOrDefault(planId, List.of()).size();
    }

    Set<String> joins() {
        return parked.keySet();
    }

    /** Whether no token of it runs any more. */
    boolean settled() {
        return parkedCount == tokens.size();
    }

    /** The records that wait at this join, in branch order. */
    List<String> gathered(String planId) {
        return parked.get(planId).stream()
                .sorted(Comparator.<Token>comparingInt(token -> token.branch).thenComparing(token -> token.path))
                .map(token -> token.lastExecId)
                .toList();
    }

    @Override
    public String toString() {
        return "scope[" + path + " tokens=" + tokens.size() + " parked=" + parkedCount + "]";
    }
}
