package io.ticktock.graph.expression;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {

    private static final Variables VARIABLES =
            new Variables(Map.of("n", 2L, "s", "text"), List.of(1.5), null, List.of(), Map.of(), 1);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "${input.n} | 2",
                "${plan} | [1.5]",
                "n is ${input.n}! | \"n is 2!\"",
                "${input.s}${input.n} | \"text2\"",
                "${input.s}: ${plan} ${result} | \"text: [1.5] null\"",
                "$${input.n} costs $5 | \"${input.n} costs $5\"",
                "${{'a': {'b': '}'}}} | {\"a\":{\"b\":\"}\"}}",
                "${'\\'}' + \"}\"} | \"'}}\"",
                "${r'\\d'} | \"\\\\d\"",
                "plain | \"plain\"",
            })
    void aTextBecomes(String text, String json) throws ExpressionFaults {
        assertEquals(json, PlainJson.write(Template.compile(text, Set.of()).evaluate(VARIABLES)));
    }

    @Test
    void aTreeKeepsItsShape() throws ExpressionFaults {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("b", Arrays.asList("${input.n}", null, 1L, true));
        tree.put("a", Map.of("c", "x${input.n}"));
        Template template = Template.compile(tree, Set.of());
        assertEquals("{\"b\":[2,null,1,true],\"a\":{\"c\":\"x2\"}}", PlainJson.write(template.evaluate(VARIABLES)));
        assertFalse(template.isLiteral());
        assertTrue(template.uses().input());
        assertFalse(template.uses().plan());
    }

    @Test
    void aTreeWithoutExpressionsIsLiteral() throws ExpressionFaults {
        Map<String, Object> tree = Map.of("a", List.of("x", 1L), "b", "$${y}");
        Template template = Template.compile(tree, Set.of());
        assertTrue(template.isLiteral());
        assertEquals(Map.of("a", List.of("x", 1L), "b", "${y}"), template.literalValue());
        assertEquals(VariableUse.NONE, template.uses());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a ${input.n | 1:3: the ${ is never closed",
                "${} | 1:1: the ${} is empty",
                "ab ${inpt} | 1:6: there is no variable 'inpt'",
                "é${1 + } | 1:8: the expression ends too early",
            })
    void aTextIsFaulty(String text, String fault) {
        ExpressionFaults thrown = assertThrows(ExpressionFaults.class, () -> Template.compile(text, Set.of()));
        assertTrue(thrown.getMessage().startsWith(fault), thrown.getMessage());
    }

    @Test
    void faultsInSeveralLinesComeAtOnce() {
        ExpressionFaults thrown = assertThrows(
                ExpressionFaults.class, () -> Template.compile("a\n  ${inpt + foo(1)}\n${x +\n y}", Set.of()));
        assertEquals(
                List.of("2:5", "2:12", "3:3", "4:2"),
                thrown.faults().stream()
                        .map(fault -> fault.line() + ":" + fault.column())
                        .toList());
    }
}
