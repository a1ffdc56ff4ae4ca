package io.ticktock.state;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SemanticVersionOrderTest {

    @Test
    void numbersGoByValueAndPreReleasesComeFirst() {
        List<String> ordered = List.of(
                "0.9.0",
                "1.0.0-alpha",
                "1.0.0-alpha.1",
                "1.0.0-alpha.beta",
                "1.0.0-beta",
                "1.0.0-beta.2",
                "1.0.0-beta.11",
                "1.0.0-rc.1",
                "1.0.0",
                "1.0.1",
                "1.9.0",
                "1.10.0",
                "10.0.0",
                "99999999999999999999.0.0");
        List<String> shuffled = new ArrayList<>(ordered);
        Collections.shuffle(shuffled, new Random(1));
        shuffled.sort(SemanticVersionOrder.BY_PRECEDENCE);
        assertEquals(ordered, shuffled);
    }

    @Test
    void buildDataDoesNotCount() {
        assertEquals(0, SemanticVersionOrder.BY_PRECEDENCE.compare("1.0.0+one", "1.0.0+two"));
        assertEquals(0, SemanticVersionOrder.BY_PRECEDENCE.compare("1.0.0-rc.1+a-b", "1.0.0-rc.1"));
    }
}
