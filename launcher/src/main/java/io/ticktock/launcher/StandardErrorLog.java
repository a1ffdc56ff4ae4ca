package io.ticktock.launcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.spi.FilterReply;
import org.slf4j.LoggerFactory;

/**
 * Sets logging up: to standard error, from the level in the system property {@value #LEVEL_PROPERTY}. In code, because
 * reading it from a file takes noticeable time at every start.
 */
public final class StandardErrorLog extends ContextAwareBase implements Configurator {

    static final String LEVEL_PROPERTY = "ticktock.log.level";

    static final String FORMAT_PROPERTY = "ticktock.log.format";

    private static final String PATTERN = "%d{HH:mm:ss.SSS} %-5level %logger{0} - %msg%n%ex{full}";

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        Encoder<ILoggingEvent> encoder = encoder(context);
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setTarget("System.err");
        appender.addFilter(new Farewells());
        appender.setEncoder(encoder);
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(System.getProperty(LEVEL_PROPERTY), Level.WARN));
        root.addAppender(appender);
        // A connection that the other side closes is tried again by who uses it, which then says what came of it.
        context.getLogger("io.netty.channel.DefaultChannelPipeline").setLevel(Level.ERROR);
        // Whoever asks a member that is gone says what came of it.
        context.getLogger("io.vertx.core.eventbus.impl.clustered.ClusteredEventBus")
                .setLevel(Level.ERROR);
        // Servers' answers have a tenant's content; what came of them is said by who asked.
        context.getLogger("io.modelcontextprotocol").setLevel(Level.OFF);
        context.getLogger("dev.langchain4j").setLevel(Level.OFF);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** That a member could not be told of the end of a connection which it has ended is an error to JGroups. */
    private static final class Farewells extends Filter<ILoggingEvent> {

        @Override
        public FilterReply decide(ILoggingEvent event) {
            boolean isFarewell = event.getLoggerName().equals("org.jgroups.protocols.TCP")
                    && event.getFormattedMessage().contains("failed sending graceful close");
            return isFarewell ? FilterReply.DENY : FilterReply.NEUTRAL;
        }
    }

    /** Where a command asks a server, it says itself what came of the connection, in one line. */
    static void leaveOutConnections() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger("io.vertx.core.net.impl.ConnectionBase").setLevel(Level.OFF);
            context.getLogger("io.vertx.core.http.impl.HttpClientConnectionInternal")
                    .setLevel(Level.OFF);
        }
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext context) {
        if ("JSON".equals(System.getProperty(FORMAT_PROPERTY))) {
            JsonLogEncoder encoder = new JsonLogEncoder();
            encoder.setContext(context);
            encoder.start();
            return encoder;
        }
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();
        return encoder;
    }
}
