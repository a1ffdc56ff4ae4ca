package io.ticktock.api.grpc;

import io.ticktock.proto.v1.ExecutionDelta;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.WatchEventsResponse;
import io.ticktock.proto.v1.WatchLifetimeResponse;
import java.util.Optional;

/** Messages of the rpcs that stream events. */
final class WatchForm {

    private WatchForm() {}

    static RpcEvents.Form<WatchLifetimeResponse> ofLifetime() {
        return new RpcEvents.Form<>() {
            @Override
            public WatchLifetimeResponse of(String position, Optional<LifetimeEvent> event) {
                return WatchLifetimeResponse.newBuilder()
                        .setEvent(event.orElseThrow())
                        .build();
            }

            @Override
            public WatchLifetimeResponse of(ExecutionDelta delta) {
                return WatchLifetimeResponse.newBuilder().setDelta(delta).build();
            }
        };
    }

    static RpcEvents.Form<WatchEventsResponse> ofTenant() {
        return new RpcEvents.Form<>() {
            @Override
            public WatchEventsResponse of(String position, Optional<LifetimeEvent> event) {
                WatchEventsResponse.Builder response =
                        WatchEventsResponse.newBuilder().setPosition(position);
                event.ifPresent(response::setEvent);
                return response.build();
            }

            /** A log of many lifetimes has none. */
            @Override
            public WatchEventsResponse of(ExecutionDelta delta) {
                throw new IllegalStateException("the events of a tenant have no deltas");
            }
        };
    }
}
