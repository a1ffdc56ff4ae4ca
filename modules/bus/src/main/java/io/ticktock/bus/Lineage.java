package io.ticktock.bus;

/** The lifetimes that a fork builds on: the one that it was forked from, that one's, and so on. */
public final class Lineage {

    /** How many forks of forks there may be, one of the other. */
    public static final int MOST_ANCESTORS = 32;

    private Lineage() {}
}
