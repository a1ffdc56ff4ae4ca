package io.ticktock.executor;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {

    @Test
    void givesOutWhatThereIsAndThenInTurn() {
        ByteBudget budget = new ByteBudget(10);
        assertTrue(budget.take(6).succeeded());
        Future<Void> large = budget.take(8);
        Future<Void> small = budget.take(4);
        assertFalse(large.isComplete());
        assertFalse(small.isComplete(), "who came later must not overtake");
        budget.giveBack(6);
        assertTrue(large.succeeded());
        assertFalse(small.isComplete());
        budget.giveBack(8);
        assertTrue(small.succeeded());
        assertTrue(budget.take(6).succeeded());
    }

    @Test
    void manyAreServedAtOnceWhenThereIsRoom() {
        ByteBudget budget = new ByteBudget(10);
        budget.take(10);
        Future<Void> first = budget.take(5);
        Future<Void> second = budget.take(5);
        Future<Void> third = budget.take(1);
        budget.giveBack(10);
        assertTrue(first.succeeded() && second.succeeded());
        assertFalse(third.isComplete());
    }
}
