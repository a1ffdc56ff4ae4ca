package io.ticktock.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.proto.v1.HumanRequest;
import java.io.PrintStream;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Asks a person on the terminal what a waiting Task wants to know, value by value, until each answer fits. */
final class FormPrompt {

    private static final int MAX_TRIES = 100;
    private static final int MAX_DETAILS_SHOWN = 20_000;

    private final PrintStream out;
    private final LineReader lines;

    FormPrompt(PrintStream out, LineReader lines) {
        this.out = out;
        this.lines = lines;
    }

    /** The whole answer; empty when the input ended or {@code givenUp} became true before it was complete. */
    Optional<JsonNode> ask(OpenWaits.Question question, BooleanSupplier givenUp) throws InterruptedException {
        show(question);
        AnswerForm form = AnswerForm.of(question.request());
        ObjectNode answer = Json.object();
        for (FormField field : form.fields()) {
            Optional<FormField.Reading> reading = ask(form, field, givenUp);
            if (reading.isEmpty()) {
                out.println();
                return Optional.empty();
            }
            Optional<JsonNode> value = reading.get().value();
            if (field.name().isEmpty()) {
                return value;
            }
            value.ifPresent(node -> answer.set(field.name(), node));
        }
        return Optional.of(answer);
    }

    private void show(OpenWaits.Question question) {
        HumanRequest request = question.request();
        out.println();
        out.println(question.nodeId() + " asks: " + request.getPrompt());
        if (!request.hasDetails()) {
            return;
        }
        if (request.getDetails().hasBlob() || Payloads.sizeOf(request.getDetails()) > MAX_DETAILS_SHOWN) {
            out.println("(details of " + Payloads.sizeOf(request.getDetails()) + " bytes are too long to show here)");
            return;
        }
        out.println(Json.forPeople(request.getDetails().getInline().toByteArray()));
    }

    /** Empty at the end of the input, or after too many answers that do not fit. */
    private Optional<FormField.Reading> ask(AnswerForm form, FormField field, BooleanSupplier givenUp)
            throws InterruptedException {
        for (int tries = 0; tries < MAX_TRIES; tries++) {
            out.print(field.question());
            out.flush();
            Optional<String> line = lines.next(givenUp);
            if (line.isEmpty()) {
                return Optional.empty();
            }
            FormField.Reading reading = form.read(field, line.get());
            if (!reading.isWrong()) {
                return Optional.of(reading);
            }
            out.println(reading.fault());
        }
        return Optional.empty();
    }
}
