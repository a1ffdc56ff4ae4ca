package io.ticktock.graph.expression;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.compiler.CelCompiler;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelVariableResolver;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is certain is what CEL says. */
class FastConditionTest {

    private static final int CONDITIONS = 500;
    private static final int VALUES_EACH = 20;

    private static final Scope SCOPE = Scope.typed(Map.of(
            "a", ValueType.INT,
            "b.i", ValueType.INT,
            "x", ValueType.DOUBLE,
            "y.d", ValueType.DOUBLE,
            "s", ValueType.TEXT,
            "t.s", ValueType.TEXT,
            "n.m", ValueType.NUMBERS));

    private static final List<Long> WHOLES = List.of(
            0L, 1L, -1L, 2L, 7L, -13L, (1L << 53) - 1, 1L << 53, (1L << 53) + 1, Long.MAX_VALUE, Long.MIN_VALUE);
    private static final List<Double> DOUBLES = List.of(
            0.0,
            -0.0,
            1.0,
            -1.0,
            0.5,
            7.0,
            9007199254740992.0,
            9.3e18,
            1e300,
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY);
    private static final List<String> TEXTS = List.of("", "a", "ab", "draft", "drafts", "é\uD83D\uDE00");

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    private record Compiled(FastCondition fast, CelRuntime.Program program) {}

    private static Compiled compile(String source) throws Exception {
        CelCompiler compiler = ExpressionLanguage.compiler(SCOPE);
        CelAbstractSyntaxTree checked = Operators.evaluable(
                compiler.check(compiler.parse(source).getAst()).getAst());
        return new Compiled(
                FastCondition.of(checked.getExpr(), SCOPE),
                ExpressionLanguage.evaluator().createProgram(checked));
    }

    @Test
    void randomConditions() throws Exception {
        System.out.println("seed " + seed);
        int certain = 0;
        for (int i = 0; i < CONDITIONS; i++) {
            String source = condition(3);
            Compiled compiled = compile(source);
            for (int each = 0; each < VALUES_EACH; each++) {
                certain += check(source, compiled, values()) ? 1 : 0;
            }
        }
        int all = CONDITIONS * VALUES_EACH;
        assertTrue(certain > all / 2, "only " + certain + " of " + all + " are certain");
    }

    private Map<String, Object> values() {
        return Map.of(
                "a", pick(WHOLES),
                "b.i", pick(WHOLES),
                "x", pick(DOUBLES),
                "y.d", pick(DOUBLES),
                "s", pick(TEXTS),
                "t.s", pick(TEXTS),
                "n.m", pick(List.of(Map.of(), Map.of("p", pick(DOUBLES)), Map.of("p", 1.0, "q", pick(DOUBLES)))));
    }

    /** Whether it is certain. */
    private boolean check(String source, Compiled compiled, Map<String, Object> values) {
        Optional<Boolean> outcome = compiled.fast.outcome(values::get);
        outcome.ifPresent(certain -> assertEquals(
                certain.toString(),
                byCel(compiled.program, values),
                () -> "seed " + seed + ": " + source + " over " + values));
        return outcome.isPresent();
    }

    private static String byCel(CelRuntime.Program program, Map<String, Object> values) {
        try {
            CelVariableResolver resolver = name -> Optional.of(PlainValues.toCel(values.get(name)));
            return String.valueOf(program.eval(resolver));
        } catch (CelEvaluationException e) {
            return e.toString();
        }
    }

    private String condition(int depth) {
        int kind = random.nextInt(depth == 0 ? 5 : 9);
        return switch (kind) {
            case 0, 1 -> number(depth) + pick(List.of(" < ", " <= ", " > ", " >= ", " == ", " != ")) + number(depth);
            case 2 -> text() + pick(List.of(" == ", " != ")) + text();
            case 3 -> text() + pick(List.of(".startsWith(", ".endsWith(", ".contains(")) + text() + ")";
            case 4 ->
                pick(List.of(
                        "s in [\"a\", \"draft\"]", "t.s.matches(\"dr(a+)+ft$\")", "true", "a in [0, 1]", "s < t.s"));
            case 5 -> "!(" + condition(depth - 1) + ")";
            case 6 -> "(" + condition(depth - 1) + " ? " + condition(depth - 1) + " : " + condition(depth - 1) + ")";
            default -> "(" + condition(depth - 1) + pick(List.of(" && ", " || ")) + condition(depth - 1) + ")";
        };
    }

    private String number(int depth) {
        return random.nextBoolean() ? whole(depth) : fraction(depth);
    }

    private String whole(int depth) {
        int kind = random.nextInt(depth == 0 ? 3 : 5);
        return switch (kind) {
            case 0 -> "a";
            case 1 -> "b.i";
            case 2 -> Long.toString(pick(WHOLES));
            case 3 -> "-(" + whole(depth - 1) + ")";
            default ->
                "(" + whole(depth - 1) + pick(List.of(" + ", " - ", " * ", " / ", " % ")) + whole(depth - 1) + ")";
        };
    }

    private String fraction(int depth) {
        int kind = random.nextInt(depth == 0 ? 4 : 6);
        return switch (kind) {
            case 0 -> "x";
            case 1 -> "y.d";
            case 2 -> "n.m.?" + pick(List.of("p", "q")) + ".orValue(" + pick(List.of("0.0", "-0.0", "1.5")) + ")";
            case 3 -> pick(List.of("0.0", "-0.0", "1.5", "9007199254740993.0", "1e300"));
            case 4 -> "-(" + fraction(depth - 1) + ")";
            default ->
                "(" + (random.nextBoolean() ? whole(depth - 1) : fraction(depth - 1))
                        + pick(List.of(" + ", " - ", " * ", " / ")) + fraction(depth - 1) + ")";
        };
    }

    private String text() {
        return random.nextInt(3) > 0 ? pick(List.of("s", "t.s")) : '"' + pick(TEXTS) + '"';
    }

    private <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a > 1 && s == "draft"       | true
            a / 0 > 1 || a == 7         | true
            a / 0 > 1 && a == 8         | false
            a / 0 > 1 && a == 7         |
            a + 9223372036854775807 > 0 |
            x != 0.5                    | false
            s in ["draft", "other"]     | true
            s.matches("d.*")            |
            !(s.startsWith("dr"))       | false
            n.m.?p.orValue(0.0) > 0.8   | true
            n.m.?q.orValue(0.5) > 0.8   | false
            n.m.?q.orValue(a + 0.5) > 1 |
            n.m.?p.hasValue()           |
            n.m.p > 0.8                 |
            """)
    void whatIsCertain(String source, Boolean outcome) throws Exception {
        Map<String, Object> values =
                Map.of("a", 7L, "b.i", 0L, "x", 0.5, "y.d", 0.0, "s", "draft", "t.s", "", "n.m", Map.of("p", 0.9));
        assertEquals(Optional.ofNullable(outcome), compile(source).fast.outcome(values::get));
    }
}
