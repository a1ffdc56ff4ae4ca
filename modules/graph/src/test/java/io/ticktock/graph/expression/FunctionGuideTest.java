package io.ticktock.graph.expression;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The guide for authors lists the functions that there are, with their arguments. */
class FunctionGuideTest {

    private static final Pattern CALL = Pattern.compile("`([a-zA-Z]+)\\(([a-z, ]+)\\)`");

    @Test
    void everyFunctionIsInTheGuide() throws IOException {
        String guide = Files.readString(Path.of("../../docs/graphs.md"));
        String table =
                guide.split("### Functions")[1].split("there are these")[1].split("And of the CEL extensions")[0];
        Set<String> existing = Function.ALL.stream()
                .filter(function -> !function.name().contains("."))
                .map(function ->
                        function.name() + " of " + function.parameters().size())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> listed = CALL.matcher(table)
                .results()
                .filter(call -> !call.group().equals("`words(text)`") || call.start() > table.indexOf("| function"))
                .map(FunctionGuideTest::nameAndSize)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(existing, listed);
    }

    @Test
    void everyFunctionOfCelInTheGuideExists() throws ExpressionFaults {
        for (String call : Set.of(
                "'a'.charAt(0)",
                "'a'.indexOf('a')",
                "'a'.lastIndexOf('a')",
                "'a'.substring(0, 1)",
                "strings.quote('a')",
                "[1].reverse()",
                "[1].slice(0, 1)",
                "[1].sortBy(x, x)",
                "[1].all(i, v, i < v)",
                "[1].exists(i, v, i < v)",
                "[1].existsOne(i, v, i < v)",
                "[1].transformList(i, v, i + v)",
                "{'a': 1}.transformMap(k, v, v)",
                "{'a': 1}.transformMapEntry(k, v, {k: v})",
                "math.greatest(1, 2)",
                "sets.contains([1], [1])",
                "base64.encode(base64.decode('YQ=='))",
                "optional.none()",
                "cel.bind(x, 1, x)")) {
            Expression.compile(call, Collections.emptySet());
        }
    }

    private static String nameAndSize(MatchResult call) {
        return call.group(1) + " of " + call.group(2).split(",").length;
    }
}
