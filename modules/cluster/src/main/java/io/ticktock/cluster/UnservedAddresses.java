package io.ticktock.cluster;

import io.vertx.core.Completable;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/**
 * Addresses at which nobody serves or listens, remembered for a second or until somebody begins to. The event bus forgets
 * them at once, and would ask another member at each publication that nobody hears. For any thread.
 */
final class UnservedAddresses {

    static final Duration REMEMBERED = Duration.ofSeconds(1);

    private static final List<RegistrationInfo> NOBODY = List.of();

    private final LongSupplier nanoTime;
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();

    /** @param isKnown false as long as it is asked for */
    private record Answer(boolean isKnown, long sinceNanos) {}

    UnservedAddresses(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Tells at once that there is nobody, or asks. */
    void look(
            String address,
            Completable<List<RegistrationInfo>> told,
            BiConsumer<String, Completable<List<RegistrationInfo>>> ask) {
        long now = nanoTime.getAsLong();
        Answer answer = answers.get(address);
        if (answer != null && answer.isKnown && now - answer.sinceNanos < REMEMBERED.toNanos()) {
            told.succeed(NOBODY);
            return;
        }
        Answer asked = new Answer(false, now);
        answers.put(address, asked);
        ask.accept(address, (found, failure) -> {
            if (failure == null && found.isEmpty()) {
                answers.replace(address, asked, new Answer(true, now));
            } else {
                answers.remove(address, asked);
            }
            told.complete(found, failure);
        });
    }

    /** Forgets what is too old to be used. */
    void clean() {
        long now = nanoTime.getAsLong();
        answers.values().removeIf(answer -> now - answer.sinceNanos >= REMEMBERED.toNanos());
    }

    /** Listens for those who begin, and passes everything on. */
    RegistrationListener watching(RegistrationListener listener) {
        return new RegistrationListener() {
            @Override
            public void registrationsUpdated(RegistrationUpdateEvent event) {
                answers.remove(event.address());
                if (listener.wantsUpdatesFor(event.address())) {
                    listener.registrationsUpdated(event);
                }
            }

            @Override
            public void registrationsLost() {
                answers.clear();
                listener.registrationsLost();
            }

            @Override
            public boolean wantsUpdatesFor(String address) {
                return answers.containsKey(address) || listener.wantsUpdatesFor(address);
            }
        };
    }
}
