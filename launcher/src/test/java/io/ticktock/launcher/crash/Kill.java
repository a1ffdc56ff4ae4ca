package io.ticktock.launcher.crash;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** How one process comes to its end. */
public sealed interface Kill {

    /** By itself, when this message at this point would arrive. */
    record AtPoint(CrashPoint point, int message) implements Kill {}

    /**
     * From outside, so long after it was launched or has said that it is ready.
     *
     * @param withDatabase the database's main process too, as a power cut does
     */
    record AtTime(boolean whileStarting, int delayMs, boolean withDatabase) implements Kill {}

    /** As the seed has it: points first of all, each once before any comes again, and from there on half and half. */
    static List<Kill> schedule(long seed, int kills) {
        Random random = new Random(seed);
        List<CrashPoint> points = new ArrayList<>(List.of(CrashPoint.values()));
        Collections.shuffle(points, random);
        int atPoints = Math.max(kills / 2, Math.min(points.size(), kills * 3 / 4));
        List<Kill> schedule = new ArrayList<>();
        for (int i = 0; i < kills; i++) {
            schedule.add(i < atPoints ? atPoint(random, points.get(i % points.size())) : atTime(random, i));
        }
        Collections.shuffle(schedule, random);
        return schedule;
    }

    private static AtPoint atPoint(Random random, CrashPoint point) {
        return new AtPoint(point, 1 + random.nextInt(point.mostMessages()));
    }

    private static AtTime atTime(Random random, int number) {
        boolean whileStarting = number % 4 == 0;
        return new AtTime(whileStarting, random.nextInt(whileStarting ? 1_500 : 800), number % 4 == 1);
    }
}
