package io.ticktock.graph.expression;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionTest {

    private static final Set<String> NODES = Set.of("guess", "improve");
    private static final Variables VARIABLES = variables();

    private static Variables variables() {
        Map<String, Object> input = new HashMap<>();
        input.put("n", 2L);
        input.put("half", 0.5);
        input.put("nothing", null);
        input.put("items", List.of(3L, 1L, 2.5));
        input.put("text", "The quick. The lazy\n \nDog's the\n");
        input.put("users", List.of(Map.of("name", "Zoe", "age", 30L), Map.of("name", "Al", "age", 4.5)));
        return new Variables(
                input,
                Map.of("x", 1.5),
                Map.of("count", 2.5, "done", true),
                List.of(Map.of("counts", Map.of("a", 1L)), Map.of("counts", Map.of("b", 1L, "a", 2L))),
                Map.of("guess", Map.of("x", 7L)),
                3);
    }

    /** Expression to the JSON of its value. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // An int and a double together, known beforehand or not.
                "(plan.x + input.n / plan.x) / 2.0 | 1.4166666666666665",
                "result.count + 1 | 3.5",
                "1 + result.count | 3.5",
                "input.n - 0.5 | 1.5",
                "2.5 - 1 | 1.5",
                "input.n * input.half | 1.0",
                "3 * 0.5 | 1.5",
                "input.n / 4.0 | 0.5",
                "1.0 / input.n | 0.5",
                "size(input.items) * 0.5 | 1.5",
                "input.n / 4 | 0",
                "7 / 2 | 3",
                "input.n % 2 | 0",
                "-input.n | -2",
                "iteration / 2.0 | 1.5",
                "input.n == 2.0 | true",
                "1 == 1.0 | true",
                "1 != 1.5 | true",
                "1 < 1.5 | true",
                "input.n >= 1.5 | true",
                "input.half < 1 | true",
                "true ? 1 : 2.5 | 1",
                "input.n in [1, 2.0] | true",
                // Null, absence and passing through.
                "input.nothing | null",
                "input.nothing == null | true",
                "has(input.nothing) | true",
                "has(input.missing) | false",
                "input.?missing.orValue(3) | 3",
                "optional.none() | null",
                "input.items | [3,1,2.5]",
                "[input.items[0], null] | [3,null]",
                "{'b': 1, 'a': [true]} | {\"b\":1,\"a\":[true]}",
                "results.guess.x | 7",
                "results['guess'].x | 7",
                "has(results.improve) | false",
                // Text.
                "lines('a\\n\\nb\\r\\nc\\n') | [\"a\",\"\",\"b\",\"c\"]",
                "paragraphs(input.text) | [\"The quick. The lazy\",\"Dog's the\"]",
                "paragraphs('\\n\\na\\nb\\r\\n\\t\\r\\n\\nc') | [\"a\\nb\",\"c\"]",
                "words(input.text) | [\"the\",\"quick\",\"the\",\"lazy\",\"dog\",\"s\",\"the\"]",
                "words('naïve 1st x-Y_z') | [\"na\",\"ve\",\"st\",\"x\",\"y\",\"z\"]",
                "words('') | []",
                "'Éa'.lower() | \"éa\"",
                "upper('éa') | \"ÉA\"",
                "trim('  a b\\n') | \"a b\"",
                "replace('aXbX', 'X', '--') | \"a--b--\"",
                "'a,b,,c'.split(',') | [\"a\",\"b\",\"\",\"c\"]",
                "split('añ', '') | [\"a\",\"ñ\"]",
                "join(['a', 1, 2.5, null, [true]], '-') | \"a-1-2.5-null-[true]\"",
                "json('{\"a\": [1, 2.0, null]}').a | [1,2.0,null]",
                "toJson({'a': input.items}) | \"{\\\"a\\\":[3,1,2.5]}\"",
                "'abc'.substring(1) + 'x'.charAt(0) | \"bcx\"",
                "base64.encode(b'abc') | \"YWJj\"",
                "b'abc' | \"YWJj\"",
                "'a1b22'.matches('[0-9]{2}') | true",
                // Lists and maps.
                "counts(['b', 'a', 'b']) | {\"b\":2,\"a\":1}",
                "counts([1, 1, true]) | {\"1\":2,\"true\":1}",
                "mergeCounts(joined.map(j, j.counts)).a | 3",
                "mergeCounts([{'a': 1}, {'a': 0.5}]) | {\"a\":1.5}",
                "top({'b': 2, 'a': 2, 'c': 3, 'd': 1}, 3).map(e, e.key) | [\"c\",\"a\",\"b\"]",
                "top({'b': 2}, 5) | [{\"key\":\"b\",\"value\":2}]",
                "top({'b': 2}, 0) | []",
                "entries({'a': 1}) | [{\"key\":\"a\",\"value\":1}]",
                "keys({'b': 1, 'a': 2}) | [\"b\",\"a\"]",
                "values({'b': 1, 'a': 2}) | [1,2]",
                "sum(input.items) | 6.5",
                "sum([1, 2]) | 3",
                "sum([]) | 0",
                "min(input.items) | 1",
                "max(2, input.items[2]) | 2.5",
                "max(['a', 'b']) | \"b\"",
                "flatten([[1], [2, [3]], 4]) | [1,2,[3],4]",
                "distinct([1, 1.0, 'a', [2], [2.0], 'a']) | [1,\"a\",[2]]",
                "sort(input.items) | [1,2.5,3]",
                "['b', 'a'].sort() | [\"a\",\"b\"]",
                "input.users.sortBy(u, u.age).map(u, u.name) | [\"Al\",\"Zoe\"]",
                "chunks([1, 2, 3], 2) | [[1,2],[3]]",
                "range(3).map(i, i * i) | [0,1,4]",
                "[1, 2, 3].reverse().slice(0, 2) | [3,2]",
                "sets.contains([1, 2], [2]) | true",
                "sets.contains([1, [2.0, {'a': 3u}]], [1.0, [2, {'a': 3}]]) | true",
                "sets.contains([1], [1, 2]) | false",
                "sets.equivalent([1, 2, 2], [2.0, 1]) | true",
                "sets.equivalent([1], ['1']) | false",
                "sets.intersects(input.items, [7, 2.5]) | true",
                "sets.intersects([], []) | false",
                "sets.intersects([timestamp('2024-01-01T00:00:00Z')], ['2024-01-01T00:00:00Z']) | false",
                "{'a': 1}.transformMap(k, v, v + 1) | {\"a\":2}",
                "cel.bind(x, input.n + 1, x * x) | 9",
                // Numbers and time.
                "abs(-3) | 3",
                "abs(input.n - 4) | 2",
                "abs(-2.5) | 2.5",
                "round(2.5) | 3",
                "round(-2.5) | -3",
                "round(input.n) | 2",
                "round(2.345678, 2) | 2.35",
                "math.sqrt(16.0) | 4.0",
                "timestamp('2024-01-01T00:00:00Z') + duration('90m') | \"2024-01-01T01:30:00Z\"",
                "duration('1500ms') | \"1.5s\"",
            })
    void evaluatesTo(String source, String json) throws ExpressionFaults {
        assertEquals(json, PlainJson.write(Expression.compile(source, NODES).evaluate(VARIABLES)));
    }

    /** Expression to position and part of message and fix. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "inpt.n | 1:1: there is no variable 'inpt'; did you mean input?",
                "1 + x | 1:5: there is no variable 'x'; use one of input, plan",
                "wrods('x') | 1:1: there is no function 'wrods'; did you mean words()?",
                "1 + frobnicate(2) | 1:5: there is no function 'frobnicate'; use one of the functions",
                "1 + | 1:4: the expression ends too early; complete it",
                "(1 | 1:3: the expression ends too early",
                "1 +* 2 | 1:4: unexpected '*'; check quotes",
                "'abc | 1:1: unexpected ''abc'; check quotes",
                "input.in | 1:7: unexpected '.in'",
                "for | 1:1: for is a reserved word; use another name",
                "'a' + 1 | 1:5: the operator + cannot take (string, int); convert with",
                "words(3) | 1:6: the function words cannot take (int); it takes words(string)",
                "results.gues.x | 1:1: there is no node 'gues'; did you mean results.guess?",
                "results['zzz'] | 1:1: there is no node 'zzz'; use the id of a node of this graph, such as results.guess",
                "results | 1:1: results stands alone",
                "results[input.n] | 1:1: results stands alone",
                "[1].map(input, 2) | 1:8: the loop variable input hides",
                "true ? 'a' : 1 | 1:6: the operator ? : cannot take (bool, string, int); give both branches",
                "matches('x', '((a{1000}){1000}){1000}') | 1:14: the pattern is too large",
                "'x'.matches('(') | 1:13: the pattern is not a regular expression",
            })
    void isFaulty(String source, String fault) {
        ExpressionFaults thrown = assertThrows(ExpressionFaults.class, () -> Expression.compile(source, NODES), source);
        assertTrue(thrown.faults().get(0).toString().startsWith(fault), thrown.getMessage());
    }

    @Test
    void allFaultsComeAtOnceWithTheirPlaces() {
        ExpressionFaults thrown =
                assertThrows(ExpressionFaults.class, () -> Expression.compile("inpt +\n  plann + results.x", NODES));
        assertEquals(
                List.of("1:1", "2:3", "2:11"),
                thrown.faults().stream()
                        .map(fault -> fault.line() + ":" + fault.column())
                        .toList(),
                thrown.getMessage());
    }

    /** Expression to part of the failure. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "input.zip | in 'input.zip': there is no 'zip'; ask with has",
                "results.improve.x | there is no 'improve'",
                "input.n.zip | 'zip' is looked for in something that is not a map",
                "input.nothing.zip | 'zip' is looked for in something that is not a map",
                "input.items[5] | Index out of bounds: 5",
                "input.n + 'x' | the operator + cannot take values of these kinds",
                "size(input.n) | the function size cannot take",
                "words(input.n) | it takes words(string)",
                "1.0 / 0.0 | JSON does not know",
                "input.n / 0 | an int is divided by zero",
                "9223372036854775807 + 1 | a number is too large for its type",
                "sum(['a']) | sum takes a list of numbers",
                "min([]) | min of an empty list",
                "[1, 'a'].sort() | only numbers, or texts",
                "range(-1) | range takes a number from 0",
                "range(5000001) | the list is longer than 5000000",
                "top({'a': 'b'}, 1) | top takes numbers",
                "json('{') | the text is not valid JSON",
                "replace('a', '', 'b') | replace needs a text to look for",
                "'x'.matches(input.text + '(') | the pattern is not a regular expression",
                "matches('x', input.text + '((a{1000}){1000}){1000}') | the pattern is too large",
                "range(301).all(i, range(1000).all(j, true)) | the loops take more than 300000 steps",
            })
    void fails(String source, String message) throws ExpressionFaults {
        Expression expression = Expression.compile(source, NODES);
        ExpressionFailure thrown = assertThrows(ExpressionFailure.class, () -> expression.evaluate(VARIABLES));
        assertTrue(thrown.getMessage().contains(message), thrown.getMessage());
    }

    /** Over a list of 20,000 numbers and a text of 20,000 characters: each would otherwise take minutes, or hours. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "input.list.map(a, input.list.map(b, a * b)) | the loops take more than 300000 steps",
                "range(300000).map(i, sum(input.list)) | takes too long",
                "range(300000).map(i, sort(input.list)[0]) | takes too long",
                "range(300000).exists(i, sum(input.list) < 0 || i < 0) | takes too long",
                "range(300000).all(i, i < 0 || input.list == input.list) | takes too long",
                "input.list.filter(i, i + 0.5 in input.list) | takes too long",
                "range(300000).map(i, size(input.list + [i])) | takes too long",
                "range(300000).map(i, input == input) | takes too long",
                "range(300000).map(i, size(toJson(input))) | takes too long",
                "range(300000).map(i, size(input.text + 'x')) | takes too long",
                "range(300000).map(i, size(input.text)) | takes too long",
                "range(300000).map(i, input.text.contains('b')) | takes too long",
                "range(300000).map(i, words(input.text)[0]) | takes too long",
                "range(300000).map(i, input.text.matches('(a|a)*b')) | takes too long",
                "matches(replace(input.text, 'a', input.text.substring(0, 1000)), '(a{10}){50}b') | too long",
            })
    void endsWhatTakesTooLong(String row) throws ExpressionFaults {
        String[] sourceAndMessage = row.split(" \\| ");
        Expression expression = Expression.compile(sourceAndMessage[0], Set.of());
        ExpressionFailure thrown = assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> assertThrows(ExpressionFailure.class, () -> expression.evaluate(large(20_000))));
        assertTrue(thrown.getMessage().contains(sourceAndMessage[1]), thrown.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "size(input.list.map(i, i * 100 / size(input.list)))",
                "size(range(300000).map(i, {'n': i, 'last': i == 299999 ? 'yes' : 'no', 'half': i / 2.0}))",
                "size(range(20000).map(i, input.list[i] + 1))",
                "size(counts(words(input.text)))",
                "sum(range(5000000))",
                "sets.equivalent(range(1000000), range(1000000).reverse())",
            })
    void letsLargeWorkBeDone(String source) throws ExpressionFaults {
        Expression expression = Expression.compile(source, Set.of());
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> expression.evaluate(large(20_000)));
    }

    @Test
    void endsWhenItsThreadIsInterrupted() throws ExpressionFaults {
        Expression expression = Expression.compile("range(300000).all(i, i >= 0)", Set.of());
        Thread.currentThread().interrupt();
        ExpressionFailure thrown = assertThrows(ExpressionFailure.class, () -> expression.evaluate(VARIABLES));
        assertTrue(Thread.interrupted());
        assertTrue(thrown.getMessage().contains("interrupted"), thrown.getMessage());
    }

    private static Variables large(int size) {
        List<Object> list = new ArrayList<>();
        for (long i = 0; i < size; i++) {
            list.add(i);
        }
        Map<String, Object> input = Map.of("list", list, "text", "a".repeat(size));
        return new Variables(input, null, null, List.of(), Map.of(), 1);
    }

    @Test
    void textAndListsStayWithinTheirBounds() throws ExpressionFaults {
        StringBuilder text = new StringBuilder("cel.bind(v0, ['x'], ");
        StringBuilder concat = new StringBuilder("cel.bind(v0, 'x', ");
        for (int i = 1; i <= 12; i++) {
            String previous = "v" + (i - 1);
            String sum = String.join(" + ", java.util.Collections.nCopies(16, previous));
            text.append("cel.bind(v").append(i).append(", ").append(sum).append(", ");
            concat.append("cel.bind(v").append(i).append(", ").append(sum).append(", ");
        }

        assertTooLong(text + "v12" + ")".repeat(13), "the list is longer than");
        assertTooLong(concat + "v12" + ")".repeat(13), "the text is longer than");
    }

    private static void assertTooLong(String source, String message) throws ExpressionFaults {
        Expression expression = Expression.compile(source, Set.of());
        ExpressionFailure thrown = assertThrows(ExpressionFailure.class, () -> expression.evaluate(VARIABLES));
        assertTrue(thrown.getMessage().contains(message), thrown.getMessage());
    }

    @Test
    void saysWhichVariablesItReads() throws ExpressionFaults {
        Expression expression = Expression.compile(
                "joined.map(j, j.x + input.n) + [results.guess.x, results['improve']] + range(iteration)", NODES);
        assertEquals(new VariableUse(true, false, false, true, Set.of("guess", "improve"), true, 6), expression.uses());
        assertEquals(
                new VariableUse(false, true, true, false, Set.of("guess"), false, 1),
                Expression.compile("has(results.guess) ? plan : result", NODES).uses());
    }

    @Test
    void aPassedOnTreeIsNotCopied() throws ExpressionFaults {
        Variables variables = new Variables(Map.of("big", List.of(1L)), null, null, List.of(), Map.of(), 1);
        Object big = ((Map<?, ?>) variables.input()).get("big");
        assertSame(big, Expression.compile("input.big", Set.of()).evaluate(variables));
    }

    @Test
    void loopsTakeLinearTime() throws ExpressionFaults {
        List<Object> joined = new ArrayList<>();
        for (long i = 0; i < 20_000; i++) {
            joined.add(Map.of("counts", Map.of("w" + i % 100, 1L, "x", i)));
        }
        Variables variables = new Variables(null, null, null, joined, Map.of(), 1);
        Expression expression =
                Expression.compile("mergeCounts(range(size(joined)).map(i, joined[i].counts)).w1", Set.of());
        Object[] sum = new Object[1];
        org.junit.jupiter.api.Assertions.assertTimeout(
                Duration.ofSeconds(10), () -> sum[0] = expression.evaluate(variables));
        assertEquals(200L, sum[0]);
    }

    @Test
    void aConditionMustBeABool() throws ExpressionFaults {
        Scope scope = Scope.of(NODES);
        assertTrue(
                Expression.compileCondition("result.done && input.n < 3", scope).evaluateCondition(VARIABLES));
        assertThrows(ExpressionFaults.class, () -> Expression.compileCondition("1 + 1", scope));
        Expression dynamic = Expression.compileCondition("input.n", scope);
        assertThrows(ExpressionFailure.class, () -> dynamic.evaluateCondition(VARIABLES));
    }

    @Test
    void aListMustBeAList() throws ExpressionFaults {
        Scope scope = Scope.of(NODES);
        assertEquals(List.of(1L), Expression.compileList("[1]", scope).evaluate(VARIABLES));
        assertThrows(ExpressionFaults.class, () -> Expression.compileList("{'a': 1}", scope));
    }

    @Test
    void aPlaceMayHaveMoreOrFewerVariables() throws ExpressionFaults {
        Scope scope = Scope.of(NODES).without("joined", "only a Plan has it").with("status");
        Expression expression = Expression.compile("status >= 500 ? 'down' : 'up'", scope);
        assertEquals("down", expression.evaluate(VARIABLES, Map.of("status", 503L)));
        ExpressionFaults thrown = assertThrows(ExpressionFaults.class, () -> Expression.compile("size(joined)", scope));
        assertEquals("1:6: joined is not known here; only a Plan has it", thrown.getMessage());
    }

    @Test
    void absentVariablesAreNull() throws ExpressionFaults {
        Variables nothing = new Variables(null, null, null, List.of(), Map.of(), 1);
        assertNull(Expression.compile("plan", NODES).evaluate(nothing));
        assertEquals(
                true,
                Expression.compile("plan == null && size(joined) == 0", NODES).evaluate(nothing));
    }
}
