package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InputObjectTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    n=2               | {"n":2}
                    n=2.50            | {"n":2.50}
                    n="2"             | {"n":"2"}
                    n=007             | {"n":"007"}
                    n=true            | {"n":true}
                    n=null            | {"n":null}
                    n=[1,2]           | {"n":[1,2]}
                    n={"a":1}         | {"n":{"a":1}}
                    name=Jo Doe       | {"name":"Jo Doe"}
                    name=a=b          | {"name":"a=b"}
                    name=             | {"name":""}
                    {"a":1,"b":[]}    | {"a":1,"b":[]}
                    n=1 2             | {"n":"1 2"}
                    n={"a":1          | {"n":"{\\"a\\":1"}
                    """)
    void aValueIsJsonWhereItCanBe(String input, String json) {
        assertEquals(json.replace("\\\\", "\\"), Json.text(InputObject.of(List.of(input))));
    }

    @Test
    void severalInputsMakeOneObjectAndALaterOneWins() {
        List<String> inputs = List.of("{\"a\":1,\"b\":1}", "b=2", "{\"c\":3}", "c=4");

        assertEquals("{\"a\":1,\"b\":2,\"c\":4}", Json.text(InputObject.of(inputs)));
    }

    @Test
    void noInputIsAnEmptyObject() {
        assertEquals("{}", Json.text(InputObject.of(List.of())));
    }

    @Test
    void aFileIsTextEvenWhereItsContentIsJson() throws IOException {
        Path file = Files.writeString(folder.resolve("text.json"), "{\"ü\": 1}\n");

        assertEquals(
                "{\"ü\": 1}\n",
                InputObject.of(List.of("text=@" + file)).get("text").textValue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "n",
                "",
                "=1",
                "[1]",
                "{\"a\":1",
                "{\"a\":1} x",
                "{\"a\":1,\"a\":2}",
                "t=@/no/such/file",
                "t=@/tmp",
                "t=@"
            })
    void whatCannotBeReadIsRefusedInOneSentence(String input) {
        CommandFailure failure = assertThrows(CommandFailure.class, () -> InputObject.of(List.of(input)));

        assertEquals(ExitCode.USAGE, failure.exitCode());
        assertTrue(failure.getMessage().startsWith("--input"), failure.getMessage());
        assertEquals(1, failure.getMessage().lines().count());
    }

    @Test
    void aFileThatIsNotTextIsRefused() throws IOException {
        Path file = Files.write(folder.resolve("picture"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});

        CommandFailure failure = assertThrows(CommandFailure.class, () -> InputObject.of(List.of("t=@" + file)));

        assertEquals("--input: " + file + " must be a file of UTF-8 text", failure.getMessage());
    }
}
