package io.ticktock.graph.expression;

import java.util.ArrayList;
import java.util.List;

/** Splits a text into what is literal and the expressions in its {@code ${…}}. */
final class TemplateText {

    private final String text;
    private final Scope scope;
    private final List<Object> parts = new ArrayList<>();
    private final List<ExpressionFault> faults = new ArrayList<>();
    private final StringBuilder literal = new StringBuilder();

    private TemplateText(String text, Scope scope) {
        this.text = text;
        this.scope = scope;
    }

    /** The parts in order, each a String or an Expression; neighbouring literals are one part. */
    static List<Object> compile(String text, Scope scope) throws ExpressionFaults {
        TemplateText split = new TemplateText(text, scope);
        split.run();
        if (!split.faults.isEmpty()) {
            throw new ExpressionFaults(split.faults);
        }
        return split.parts;
    }

    private void run() {
        int position = 0;
        while (position < text.length()) {
            if (text.startsWith("$${", position)) {
                literal.append("${");
                position += 3;
            } else if (text.startsWith("${", position)) {
                position = expression(position);
            } else {
                literal.append(text.charAt(position));
                position++;
            }
        }
        endLiteral();
    }

    /** Compiles the expression that opens here; returns where the text goes on. */
    private int expression(int opening) {
        int start = opening + 2;
        int end = closing(start);
        if (end < 0) {
            add(
                    opening,
                    new ExpressionFault(
                            1, 1, "the ${ is never closed", "add the closing }, or write $${ for a literal ${"));
            return text.length();
        }
        endLiteral();
        String source = text.substring(start, end);
        if (source.isBlank()) {
            add(opening, new ExpressionFault(1, 1, "the ${} is empty", "write an expression in it, such as ${input}"));
            return end + 1;
        }
        try {
            parts.add(Expression.compile(source, scope));
        } catch (ExpressionFaults e) {
            e.faults().forEach(fault -> add(start, fault));
        }
        return end + 1;
    }

    private void endLiteral() {
        if (!literal.isEmpty()) {
            parts.add(literal.toString());
            literal.setLength(0);
        }
    }

    /** Where the brace is that closes the expression, not counting those in its maps and texts; -1 if there is none. */
    private int closing(int start) {
        int depth = 0;
        int position = start;
        while (position < text.length()) {
            char c = text.charAt(position);
            if (c == '\'' || c == '"') {
                position = behindQuoted(position, position > start && isRaw(text.charAt(position - 1)));
                continue;
            }
            if (c == '}' && depth == 0) {
                return position;
            }
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            position++;
        }
        return -1;
    }

    private int behindQuoted(int opening, boolean raw) {
        String one = text.substring(opening, opening + 1);
        String quote = text.startsWith(one.repeat(3), opening) ? one.repeat(3) : one;
        int position = opening + quote.length();
        while (position < text.length()) {
            if (text.charAt(position) == '\\' && !raw) {
                position += 2;
            } else if (text.startsWith(quote, position)) {
                return position + quote.length();
            } else {
                position++;
            }
        }
        return text.length();
    }

    private static boolean isRaw(char prefix) {
        return prefix == 'r' || prefix == 'R';
    }

    /** Adds a fault whose position counts from this offset of the text. */
    private void add(int offset, ExpressionFault fault) {
        String before = text.substring(0, offset);
        int lastBreak = before.lastIndexOf('\n');
        int line = (int) before.chars().filter(c -> c == '\n').count();
        int column = fault.line() > 1 ? 0 : before.codePointCount(lastBreak + 1, before.length());
        faults.add(new ExpressionFault(fault.line() + line, fault.column() + column, fault.message(), fault.fix()));
    }
}
