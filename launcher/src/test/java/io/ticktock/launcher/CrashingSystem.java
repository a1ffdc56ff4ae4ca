package io.ticktock.launcher;

import io.ticktock.bus.Delivery;
import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.launcher.configuration.Settings;
import io.ticktock.launcher.crash.CrashPoint;
import io.ticktock.launcher.crash.CrashingDelivery;
import io.ticktock.launcher.crash.FlakyTask;
import io.ticktock.launcher.crash.Journal;
import io.ticktock.launcher.crash.Journey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * A process of its own with the whole system on a data folder. It starts journeys and answers what they ask, until it
 * crashes where it is told to, is killed, or its input ends.
 */
final class CrashingSystem {

    static final String READY = "ready";

    private CrashingSystem() {}

    /** Arguments: the data folder; where to crash and at which message, or empty; what to start; what to answer. */
    public static void main(String[] arguments) throws IOException {
        // Now, on this thread alone: logging does not like to be set up by several at once.
        LoggerFactory.getILoggerFactory();
        Path folder = Path.of(arguments[0]);
        System.setProperty(FlakyTask.LEDGER, ledger(folder).toString());
        Delivery delivery = delivery(arguments[1]);
        try (LocalSystem system = LocalSystem.start(configuration(folder), SystemModule.engine(), delivery)) {
            System.out.println(READY);
            system.deploy(new JourneyClient(
                    system.bus(), new Journal(System.out::println), journeys(arguments[2]), journeys(arguments[3])));
            awaitEndOfInput();
        }
    }

    /** Where what {@link FlakyTask} does is written down. */
    static Path ledger(Path folder) {
        return folder.resolve("ledger");
    }

    /** As the parent has it, too. */
    static Configuration configuration(Path folder) {
        return Configuration.of(Settings.shipped()
                .with("launcher.data_folder", folder.toString(), "--data")
                // So that what is large for the suite is cheap to have.
                .with("executor.inline_limit_bytes", "16384", "--set")
                .with("control.park_after", "500ms", "--set"));
    }

    private static Delivery delivery(String pointAndMessage) {
        if (pointAndMessage.isEmpty()) {
            return Delivery.DIRECT;
        }
        String[] parts = pointAndMessage.split(":");
        return new CrashingDelivery(CrashPoint.valueOf(parts[0]), Integer.parseInt(parts[1]));
    }

    private static List<Journey> journeys(String numbers) {
        return Arrays.stream(numbers.split(","))
                .filter(number -> !number.isEmpty())
                .map(number -> new Journey(Integer.parseInt(number)))
                .toList();
    }

    private static void awaitEndOfInput() throws IOException {
        while (System.in.read() >= 0) {
            // Nothing is said to it.
        }
    }
}
