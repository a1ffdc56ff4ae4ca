package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class UncaughtExceptionsTest {

    @Test
    void whatComesTooLateIsNoError() {
        assertEquals(List.of(Level.DEBUG), levels(new RejectedExecutionException("terminated")));
        assertEquals(List.of(Level.ERROR), levels(new IllegalStateException("a defect")));
    }

    private static List<Level> levels(Throwable cause) {
        Logger log = (Logger) LoggerFactory.getLogger(UncaughtExceptions.class);
        ListAppender<ILoggingEvent> seen = new ListAppender<>();
        seen.start();
        log.addAppender(seen);
        log.setLevel(Level.DEBUG);
        log.setAdditive(false);
        try {
            new UncaughtExceptions().uncaughtException(Thread.currentThread(), cause);
        } finally {
            log.detachAppender(seen);
            log.setLevel(null);
            log.setAdditive(true);
        }
        return seen.list.stream().map(ILoggingEvent::getLevel).toList();
    }
}
