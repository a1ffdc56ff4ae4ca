package io.ticktock.api;

import io.ticktock.api.http.HealthRoutes;
import io.ticktock.proto.v1.CheckResponse;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/** Health and metrics on a port of their own, whatever modules the process runs. Answers before they have started. */
public final class HealthVerticle extends VerticleBase {

    private static final int IDLE_S = 60;

    private final String host;
    private final int port;
    private final Supplier<Future<Map<String, CheckResponse>>> readiness;
    private final BooleanSupplier stuck;
    private final Supplier<String> exposition;
    private final IntConsumer listening;

    /**
     * @param readiness what each part that has to work says of itself, by its word
     * @param stuck whether an event loop of the process does not turn any more
     * @param exposition what the process counts, in Prometheus's text format
     * @param listening is told the port
     */
    public HealthVerticle(
            String host,
            int port,
            Supplier<Future<Map<String, CheckResponse>>> readiness,
            BooleanSupplier stuck,
            Supplier<String> exposition,
            IntConsumer listening) {
        this.host = host;
        this.port = port;
        this.readiness = readiness;
        this.stuck = stuck;
        this.exposition = exposition;
        this.listening = listening;
    }

    @Override
    public Future<?> start() {
        return new HttpPort(host, port, "launcher.health_port")
                .listen(vertx, HttpPort.options(IDLE_S), new HealthRoutes(readiness, stuck).router(vertx, exposition))
                .onSuccess(listening::accept);
    }
}
