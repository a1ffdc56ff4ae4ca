package io.ticktock.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/**
 * The JSON object that several {@code --input} flags add up to: each is an object, {@code key=value} or
 * {@code key=@FILE}. A value is JSON when it is valid JSON, else a string; a later flag wins.
 */
final class InputObject {

    private static final long MAX_FILE_BYTES = 256L * 1024 * 1024;

    private final ObjectNode merged = Json.object();

    private InputObject() {}

    static ObjectNode of(List<String> inputs) {
        InputObject object = new InputObject();
        inputs.forEach(object::add);
        return object.merged;
    }

    private void add(String input) {
        if (input.stripLeading().startsWith("{")) {
            merged.setAll(objectOf(input));
            return;
        }
        int equals = input.indexOf('=');
        if (equals < 1) {
            throw CommandFailure.usage("--input " + shortened(input)
                    + ": must be a JSON object, key=value or key=@FILE, such as --input n=2");
        }
        merged.set(input.substring(0, equals).strip(), value(input.substring(equals + 1)));
    }

    private static ObjectNode objectOf(String input) {
        JsonNode node = Json.parse(input)
                .orElseThrow(() -> CommandFailure.usage("--input " + shortened(input) + ": not valid JSON"));
        return (ObjectNode) node;
    }

    private static JsonNode value(String text) {
        if (text.startsWith("@")) {
            return TextNode.valueOf(contentOf(text.substring(1)));
        }
        return Json.parse(text).orElseGet(() -> TextNode.valueOf(text));
    }

    private static String contentOf(String name) {
        try {
            Path file = Path.of(name);
            if (!Files.isRegularFile(file)) {
                throw CommandFailure.usage("--input: no file " + name + "; what follows @ must be a file");
            }
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw CommandFailure.usage("--input: " + name + " is larger than 256 MiB");
            }
            return Files.readString(file);
        } catch (InvalidPathException | CharacterCodingException e) {
            throw new CommandFailure(ExitCode.USAGE, "--input: " + name + " must be a file of UTF-8 text", e);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.USAGE, "--input: " + name + " cannot be read", e);
        }
    }

    private static String shortened(String input) {
        return input.length() <= 60 ? "'" + input + "'" : "'" + input.substring(0, 60) + "…'";
    }
}
