package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphParser;
import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.launcher.configuration.Settings;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.Divergence;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.ReplayLifetimeResponse;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.state.DatabaseAddress;
import io.ticktock.state.EmbeddedPostgres;
import io.ticktock.testkit.Awaiting;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was altered by hand, as the superuser of the database may, is found and named by the replay of the lifetime. */
class ReplayIT {

    private static final int LIFETIMES = 12;
    private static final Path CONF = Path.of("..", "conf").toAbsolutePath().normalize();

    @TempDir
    private static Path folder;

    private static Vertx vertx;
    private static PgConnection database;
    private static LocalSystem system;
    /** Each test takes one and spoils it. */
    private static final Deque<LifetimeId> INTACT = new ArrayDeque<>();

    private final LifetimeId id = INTACT.pop();

    @BeforeAll
    static void runSome() throws IOException {
        Configuration configuration = Configuration.of(Settings.shipped()
                .with("launcher.data_folder", folder.resolve("data").toString(), "--data")
                .with("guardrail.policies", CONF.resolve("policies").toString(), "--set"));
        Path file = CONF.resolve("graphs").resolve("newton.yaml");
        AgentGraph graph = GraphParser.parse(file.toString(), Files.readAllBytes(file), Client.DEFAULT_TENANT);
        try (LocalSystem running = LocalSystem.startAll(configuration)) {
            Client client = running.client();
            var reference = client.register(graph);
            for (int i = 0; i < LIFETIMES; i++) {
                LifetimeId started = LifetimeId.random();
                client.start(started, reference, input(i + 2));
                INTACT.add(started);
            }
            INTACT.forEach(started -> awaitEnd(client, started));
        }
        system = LocalSystem.toReplay(configuration);
        vertx = Vertx.vertx();
        database = Awaiting.result(PgConnection.connect(vertx, superuser()));
    }

    @AfterAll
    static void close() {
        Awaiting.result(database.close());
        Awaiting.result(vertx.close());
        system.close();
    }

    @Test
    void whatNobodyTouchedAgrees() {
        ReplayLifetimeResponse replayed = replay();

        assertFalse(replayed.hasDivergence(), replayed::toString);
        assertEquals(event(every -> true).getSeq(), 1);
        assertEquals(last().getSeq(), replayed.getEvents());
        assertTrue(replayed.getRoutings() > 0, replayed::toString);
        assertTrue(replayed.getVerdicts() > replayed.getRoutings(), replayed::toString);
        assertEquals(replayed.getVerdicts(), replayed.getAdmissions());
    }

    @Test
    void aTasksRecord() {
        alter("task_executions", TaskExecution.parser(), record -> {
            TaskExecution.Builder altered = record.toBuilder();
            altered.getTelemetryBuilder().setCostMicros(1);
            return altered.build();
        });

        requireNamed("the record is not the one that was accepted; it was changed", "guess");
    }

    @Test
    void aPlansRecord() {
        alter(
                "plan_executions",
                PlanExecution.parser(),
                record -> record.toBuilder().setJoined(!record.getJoined()).build());

        requireNamed("the record is not the one that was accepted; it was changed", "good_enough");
    }

    @Test
    void aRecordThatIsNoneAnyMore() {
        execute("UPDATE ticktock.task_executions SET envelope = '\\xff' WHERE lifetime_id = $1 AND node_id = 'guess'");

        requireNamed("the record is not the one that was accepted; it was changed", "guess");
    }

    @Test
    void onlyAColumn() {
        execute("UPDATE ticktock.task_executions SET cost_micros = 7, attempt = 2"
                + " WHERE lifetime_id = $1 AND node_id = 'guess'");

        requireNamed("the record's row was changed: cost_micros, attempt do not say what the record says", "guess");
    }

    @Test
    void aRecordThatIsGone() {
        execute("DELETE FROM ticktock.plan_executions WHERE lifetime_id = $1");

        requireNamed("the record that was accepted is missing", "good_enough");
    }

    @Test
    void anEventThatWasDecided() {
        LifetimeEvent scheduled = event(event -> event.hasScheduled() && event.getSeq() > 3);
        LifetimeEvent.Builder altered = scheduled.toBuilder();
        altered.getScheduledBuilder().setChoice(5);
        write(altered.build());

        Divergence found = requireNamed(
                "another event follows than is recorded",
                scheduled.getScheduled().getNodeId());
        assertEquals(scheduled.getSeq(), found.getSeq());
        assertTrue(found.getRecorded().contains("choice: 5"), found::toString);
        assertFalse(found.getRecomputed().contains("choice: 5"), found::toString);
    }

    @Test
    void aVerdict() {
        LifetimeEvent accepted = event(LifetimeEvent::hasAccepted);
        LifetimeEvent.Builder altered = accepted.toBuilder();
        altered.getAcceptedBuilder().getVerdictBuilder().setReason("looks fine");
        write(altered.build());

        Divergence found = requireNamed("the guardrails say something else", "guess");
        assertEquals(accepted.getSeq(), found.getSeq());
    }

    @Test
    void anEventThatIsGone() {
        execute("DELETE FROM ticktock.lifetime_events WHERE lifetime_id = $1 AND seq = 5");

        Divergence found = replay().getDivergence();
        assertTrue(found.getSeq() == 4 || found.getSeq() == 6, found::toString);
    }

    @Test
    void theEndOfTheLog() {
        execute("DELETE FROM ticktock.lifetime_events WHERE lifetime_id = $1 AND seq = " + last().getSeq());

        assertTrue(replay().hasDivergence());
    }

    @Test
    void theTotals() {
        List<Row> heads = rows("SELECT head FROM ticktock.lifetimes WHERE lifetime_id = $1");
        AgentLifetime.Builder head = message(AgentLifetime.parser(), heads.get(0)).toBuilder();
        head.getTotalsBuilder().setTokensUsed(12);
        execute("UPDATE ticktock.lifetimes SET head = $2 WHERE lifetime_id = $1", bytes(head.build()));

        Divergence found = requireNamed("the lifetime's row does not say what its log adds up to", "");
        assertTrue(found.getRecorded().contains("tokens_used: 12"), found::toString);
    }

    @Test
    void theInput() {
        execute("UPDATE ticktock.lifetimes SET input = $2 WHERE lifetime_id = $1", bytes(input(99)));

        requireNamed("the input is not the one that the lifetime started with", "");
    }

    private ReplayLifetimeResponse replay() {
        return system.client().replay(id);
    }

    private Divergence requireNamed(String what, String nodeId) {
        ReplayLifetimeResponse replayed = replay();
        assertTrue(replayed.hasDivergence(), replayed::toString);
        Divergence found = replayed.getDivergence();
        assertEquals(what, found.getWhat(), found::toString);
        assertEquals(nodeId, found.getNodeId(), found::toString);
        assertEquals(nodeId.isEmpty(), found.getExecId().isEmpty(), found::toString);
        return found;
    }

    private static Payload input(int n) {
        return Payload.newBuilder()
                .setMediaType("application/json")
                .setInline(ByteString.copyFromUtf8("{\"n\":" + n + "}"))
                .build();
    }

    private static void awaitEnd(Client client, LifetimeId lifetime) {
        long giveUp = System.nanoTime() + 30_000_000_000L;
        while (!client.lifetime(lifetime).hasEndedAt()) {
            assertTrue(System.nanoTime() < giveUp, () -> lifetime + " does not end");
            Thread.onSpinWait();
        }
    }

    private static PgConnectOptions superuser() {
        DatabaseAddress address =
                EmbeddedPostgres.connectionTo(folder.resolve("data")).orElseThrow();
        return new PgConnectOptions()
                .setHost(address.host())
                .setPort(address.port())
                .setUser(address.user())
                .setPassword(address.password())
                .setDatabase(address.database());
    }

    /** Alters the oldest record of this lifetime. */
    private <M extends Message> void alter(String table, Parser<M> parser, UnaryOperator<M> change) {
        Row row = rows("SELECT envelope, exec_id FROM ticktock." + table
                        + " WHERE lifetime_id = $1 ORDER BY iteration, recorded_at LIMIT 1")
                .get(0);
        execute(
                "UPDATE ticktock." + table + " SET envelope = $2 WHERE lifetime_id = $1 AND exec_id = '"
                        + row.getUUID(1) + "'",
                bytes(change.apply(message(parser, row))));
    }

    /** The first event like that. */
    private LifetimeEvent event(Predicate<LifetimeEvent> like) {
        return events().stream().filter(like).findFirst().orElseThrow();
    }

    private LifetimeEvent last() {
        List<LifetimeEvent> events = events();
        return events.get(events.size() - 1);
    }

    private List<LifetimeEvent> events() {
        return rows("SELECT event FROM ticktock.lifetime_events WHERE lifetime_id = $1 ORDER BY seq").stream()
                .map(row -> message(LifetimeEvent.parser(), row))
                .toList();
    }

    private void write(LifetimeEvent event) {
        execute(
                "UPDATE ticktock.lifetime_events SET event = $2 WHERE lifetime_id = $1 AND seq = " + event.getSeq(),
                bytes(event));
    }

    private void execute(String sql, Object... more) {
        Tuple parameters = Tuple.of(id.uuid());
        for (Object each : more) {
            parameters.addValue(each);
        }
        int changed =
                Awaiting.result(database.preparedQuery(sql).execute(parameters)).rowCount();
        assertTrue(changed > 0, () -> "changes nothing: " + sql);
    }

    private List<Row> rows(String sql) {
        List<Row> rows = new ArrayList<>();
        UUID lifetime = id.uuid();
        Awaiting.result(database.preparedQuery(sql).execute(Tuple.of(lifetime))).forEach(rows::add);
        return rows;
    }

    private static <M extends Message> M message(Parser<M> parser, Row row) {
        try {
            return parser.parseFrom(row.getBuffer(0).getBytes());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("the database holds what is no message", e);
        }
    }

    private static Buffer bytes(Message message) {
        return Buffer.buffer(message.toByteArray());
    }
}
