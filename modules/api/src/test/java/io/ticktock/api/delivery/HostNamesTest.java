package io.ticktock.api.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HostNamesTest {

    private final List<String> looked = new ArrayList<>();
    private final Map<String, Promise<List<InetAddress>>> answers = new HashMap<>();
    private final HostNames names = new HostNames(this::look, 4, 2);

    private Future<List<InetAddress>> look(String host) {
        looked.add(host);
        return answers.computeIfAbsent(host, asked -> Promise.promise()).future();
    }

    @Test
    void aTenantWhoseNamesAreNotFoundHoldsUpNobodyElse() {
        for (int i = 0; i < 20; i++) {
            names.resolve("slow", "slow" + i);
        }
        assertEquals(List.of("slow0", "slow1"), looked);

        Future<List<InetAddress>> found = names.resolve("quick", "quick");
        answers.get("quick").complete(List.of());
        assertTrue(found.succeeded());

        answers.get("slow0").fail(new UnknownHostException());
        assertEquals(List.of("slow0", "slow1", "quick", "slow2"), looked);
    }

    @Test
    void aNameIsLookedForOnceAtATime() {
        Future<List<InetAddress>> one = names.resolve("t", "host");
        Future<List<InetAddress>> two = names.resolve("t", "host");
        assertEquals(List.of("host"), looked);
        UnknownHostException unknown = new UnknownHostException();
        answers.remove("host").fail(unknown);
        assertSame(unknown, one.cause());
        assertSame(unknown, two.cause());

        assertFalse(names.resolve("t", "host").isComplete());
        assertEquals(List.of("host", "host"), looked, "what was found is not kept here");
    }
}
