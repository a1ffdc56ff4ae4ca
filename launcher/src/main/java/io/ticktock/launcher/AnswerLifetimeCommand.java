package io.ticktock.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import io.ticktock.proto.v1.Signal;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ticktock lifetimes answer}. */
@Command(
        name = "answer",
        description = {
            "Answers the question that a lifetime waits for.",
            "Without --input the question is put on the terminal.",
            "Where no process serves the data folder, the lifetime goes on here."
        })
final class AnswerLifetimeCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(paramLabel = "ID", description = "The lifetime.")
    private String id;

    @Option(
            names = "--execution",
            paramLabel = "EXEC_ID",
            description = "The execution that asks; needed where several do.")
    private String execId;

    @Option(
            names = "--input",
            paramLabel = "JSON|KEY=VALUE|KEY=@FILE",
            description = "The answer: a JSON object, or one of its values. May be repeated.")
    private List<String> inputs = List.of();

    @Mixin
    private FormatOption format;

    @Mixin
    private TargetOptions options;

    AnswerLifetimeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        LifetimeId lifetimeId = LifetimeId.parse(id);
        JsonNode given = inputs.isEmpty() ? null : InputObject.of(inputs);
        try (ReachedSystem system = options.toSteer(session)) {
            Client client = system.client();
            OpenWaits.Question question = question(client, lifetimeId);
            JsonNode answer = given == null ? ask(question) : fitting(given, question);
            Signal.Builder command =
                    Signals.answer(question.execId(), system.payloads().json(Json.bytes(answer)));
            new Steering(client, lifetimeId).give(command, () -> isAnswered(client, lifetimeId, question));
            if (system.drivesHere()) {
                return Conclusion.seeThrough(system, lifetimeId, session, format.format())
                        .number();
            }
            session.terminal().out().println("lifetime " + lifetimeId + " goes on");
        }
        return ExitCode.COMPLETED.number();
    }

    private OpenWaits.Question question(Client client, LifetimeId lifetimeId) {
        client.lifetime(lifetimeId);
        List<OpenWaits.Question> questions = OpenWaits.of(client, lifetimeId).questions();
        List<OpenWaits.Question> meant = questions.stream()
                .filter(question -> execId == null || question.execId().equals(execId))
                .toList();
        if (meant.size() == 1) {
            return meant.get(0);
        }
        if (questions.isEmpty()) {
            throw CommandFailure.usage("lifetime " + lifetimeId + " does not wait for an answer");
        }
        String open = questions.stream()
                .map(question -> question.execId() + " (" + question.nodeId() + ")")
                .collect(Collectors.joining(", "));
        throw CommandFailure.usage("--execution must name one of those that wait: " + open);
    }

    private JsonNode ask(OpenWaits.Question question) throws InterruptedException {
        LineReader lines = new LineReader(session.terminal().in());
        return new FormPrompt(session.terminal().err(), lines)
                .ask(question, session.interruption()::requested)
                .orElseThrow(() -> CommandFailure.usage("no answer given; use --input, such as --input approved=true"));
    }

    private static JsonNode fitting(JsonNode answer, OpenWaits.Question question) {
        List<String> faults = AnswerForm.of(question.request()).faultsOf(answer);
        if (!faults.isEmpty()) {
            throw CommandFailure.usage("the answer does not fit: " + String.join("; ", faults));
        }
        return answer;
    }

    private static boolean isAnswered(Client client, LifetimeId id, OpenWaits.Question question) {
        return OpenWaits.of(client, id).questions().stream()
                .noneMatch(open -> open.execId().equals(question.execId()));
    }
}
