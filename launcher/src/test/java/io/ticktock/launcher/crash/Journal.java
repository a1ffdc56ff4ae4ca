package io.ticktock.launcher.crash;

import io.ticktock.testkit.Evidence.Kind;
import io.ticktock.testkit.Evidence.Operation;
import io.ticktock.testkit.Evidence.Outcome;
import io.ticktock.testkit.History;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What one client asks and is told, line by line. An operation has a line when it is asked, so that one that was never
 * answered is known, and another when it is answered.
 */
public final class Journal {

    private static final String LINE = "journal";
    private static final String END = ".";

    private final Consumer<String> lines;
    private int operations;

    /** @param lines where they go */
    public Journal(Consumer<String> lines) {
        this.lines = lines;
    }

    /** An operation that is about to be asked for. Who asks again because nobody answered goes on with the same one. */
    public Entry asks(Kind kind, String lifetimeId, String identity) {
        Entry entry = new Entry(operations++, kind, lifetimeId, identity);
        entry.is(Outcome.UNKNOWN);
        return entry;
    }

    /** One operation. */
    public final class Entry {

        private final int number;
        private final Kind kind;
        private final String lifetimeId;
        private final String identity;
        private boolean mayHaveBeenDone;

        private Entry(int number, Kind kind, String lifetimeId, String identity) {
            this.number = number;
            this.kind = kind;
            this.lifetimeId = lifetimeId;
            this.identity = identity;
        }

        public void isDone() {
            is(Outcome.OK);
        }

        public void isLeft() {
            is(Outcome.LEFT);
        }

        /** Nobody knows what became of this try. */
        public void isLost() {
            mayHaveBeenDone = true;
        }

        /** If there was a try before whose answer was lost, it may be this one's own doing that there is nothing to do. */
        public void isRefused() {
            is(mayHaveBeenDone ? Outcome.UNKNOWN : Outcome.FAILED);
        }

        private void is(Outcome outcome) {
            lines.accept(String.join(
                    " ", LINE, Integer.toString(number), kind.name(), outcome.name(), lifetimeId, identity, END));
        }
    }

    /** The operations of one client. */
    public static List<Operation> read(Stream<String> lines) {
        Map<String, Operation> latest = new LinkedHashMap<>();
        lines.map(line -> line.split(" ", -1))
                .filter(words -> words.length == 7 && words[0].equals(LINE) && words[6].equals(END))
                .forEach(words -> latest.put(
                        words[1],
                        new Operation(
                                Kind.valueOf(words[2]),
                                Outcome.valueOf(words[3]),
                                new History.Key(Journey.TENANT, words[4]),
                                words[5])));
        return new ArrayList<>(latest.values());
    }
}
