package io.ticktock.launcher;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the processes' heaps hold after their garbage was collected, for as long as each process lives. */
final class HeapWatch {

    private static final double MOST_MB_PER_HOUR =
            Double.parseDouble(System.getProperty("faults.heap_mb_per_hour", "60"));
    /** Until it has been asked so often, a process is still filling its caches. */
    private static final int LEAST_LOOKS = 8;

    private record Look(double hours, double megabytes) {}

    private final FaultedSystem system;
    private final long begunNanos = System.nanoTime();
    /** By process, those that were killed since among them. */
    private final Map<Long, List<Look>> looks = new HashMap<>();

    HeapWatch(FaultedSystem system) {
        this.system = system;
    }

    /** Of each process, in their order. */
    List<Integer> look() throws IOException, InterruptedException {
        List<Integer> megabytes = new ArrayList<>();
        double hours = (System.nanoTime() - begunNanos) / 3.6e12;
        for (int member : FaultedSystem.ALL) {
            JarProcess process = system.process(member);
            process.collectGarbage();
            double now = process.heapBytes() / (1024.0 * 1024);
            megabytes.add((int) Math.round(now));
            looks.computeIfAbsent(process.handle().pid(), pid -> new ArrayList<>())
                    .add(new Look(hours, now));
        }
        return megabytes;
    }

    /** Processes whose heap has grown for as long as they lived. */
    List<String> grown() {
        List<String> grown = new ArrayList<>();
        looks.forEach((pid, seen) -> {
            if (seen.size() > LEAST_LOOKS) {
                List<Look> settled = seen.subList(LEAST_LOOKS / 2, seen.size());
                double slope = slope(settled);
                System.out.printf(
                        "faults: heap of a process over %d minutes: %+.1f MB an hour%n", settled.size(), slope);
                if (slope > MOST_MB_PER_HOUR) {
                    grown.add("a heap grows by " + slope + " MB an hour: " + settled);
                }
            }
        });
        return grown;
    }

    /** Least squares. */
    private static double slope(List<Look> seen) {
        double x = seen.stream().mapToDouble(Look::hours).average().orElseThrow();
        double y = seen.stream().mapToDouble(Look::megabytes).average().orElseThrow();
        double top = seen.stream()
                .mapToDouble(look -> (look.hours - x) * (look.megabytes - y))
                .sum();
        double bottom = seen.stream()
                .mapToDouble(look -> (look.hours - x) * (look.hours - x))
                .sum();
        return top / bottom;
    }
}
