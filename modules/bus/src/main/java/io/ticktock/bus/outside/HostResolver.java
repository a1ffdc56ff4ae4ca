package io.ticktock.bus.outside;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.util.List;

/** Finds the addresses of a host. */
@FunctionalInterface
public interface HostResolver {

    /** At least one address; fails with UnknownHostException when the name is not known. */
    Future<List<InetAddress>> resolve(String host);

    /** As the operating system does. */
    static HostResolver system(Vertx vertx) {
        return host -> vertx.executeBlocking(() -> List.of(InetAddress.getAllByName(host)), false);
    }
}
