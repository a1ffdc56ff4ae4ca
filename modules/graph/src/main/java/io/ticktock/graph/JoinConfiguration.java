package io.ticktock.graph;

/**
 * When a join is satisfied.
 *
 * @param mode by which rule
 * @param n for {@link Mode#N}: how many tokens, at least 1
 */
public record JoinConfiguration(Mode mode, int n) {

    public static final JoinConfiguration ALL = new JoinConfiguration(Mode.ALL, 0);

    /** The rules. */
    public enum Mode {
        /** When every token of the scope has parked or died. */
        ALL,
        /** When the first token parks. */
        ANY,
        /** When n tokens have parked. */
        N
    }

    /** Whether this many parked tokens satisfy it while others still run. */
    public boolean satisfiedEarly(int parked) {
        return switch (mode) {
            case ALL -> false;
            case ANY -> parked >= 1;
            case N -> parked >= n;
        };
    }
}
