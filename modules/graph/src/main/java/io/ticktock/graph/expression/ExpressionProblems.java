package io.ticktock.graph.expression;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelErrorCode;
import dev.cel.common.CelIssue;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.runtime.CelEvaluationException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Gathers what is wrong with one expression, in words for its author: what, where, and what would be right. */
final class ExpressionProblems {

    private static final int MAX_EXCERPT_CHARS = 60;
    private static final int MAX_MESSAGE_CHARS = 300;

    private static final Pattern UNDECLARED = Pattern.compile("undeclared reference to '([^']*)'.*");
    private static final Pattern NO_OVERLOAD =
            Pattern.compile("found no matching overload for '([^']*)' applied to '\\(?(.*?)\\)?'( \\(candidates.*)?");
    private static final Pattern NO_OVERLOAD_AT_RUN_TIME =
            Pattern.compile("No matching overload for function '([^']*)'\\..*");
    private static final Pattern UNEXPECTED = Pattern.compile(
            "(?:mismatched input|extraneous input|no viable alternative at input|token recognition error at:"
                    + "|missing \\S+ at) '(.*?)'(?: expecting .*)?");
    private static final Pattern NO_KEY = Pattern.compile("key '(.*)' is not present in map\\.");
    private static final Pattern NO_MAP = Pattern.compile("Error resolving field '(.*)'\\..*");
    private static final Pattern POSITION_AT_RUN_TIME = Pattern.compile("^evaluation error at <input>:\\d+: ");

    private static final Map<String, String> OPERATORS = new TreeMap<>(Map.ofEntries(
            Map.entry("_+_", "+"),
            Map.entry("_-_", "-"),
            Map.entry("_*_", "*"),
            Map.entry("_/_", "/"),
            Map.entry("_%_", "%"),
            Map.entry("-_", "-"),
            Map.entry("!_", "!"),
            Map.entry("_==_", "=="),
            Map.entry("_!=_", "!="),
            Map.entry("_<_", "<"),
            Map.entry("_<=_", "<="),
            Map.entry("_>_", ">"),
            Map.entry("_>=_", ">="),
            Map.entry("_&&_", "&&"),
            Map.entry("_||_", "||"),
            Map.entry("_?_:_", "? :"),
            Map.entry("_[_]", "[ ]"),
            Map.entry("@in", "in")));

    private final String source;
    private final Scope scope;
    private final List<ExpressionFault> faults;
    private final CelAbstractSyntaxTree parsed;

    ExpressionProblems(String source, Scope scope) {
        this(source, scope, new ArrayList<>(), null);
    }

    private ExpressionProblems(String source, Scope scope, List<ExpressionFault> faults, CelAbstractSyntaxTree parsed) {
        this.source = source;
        this.scope = scope;
        this.faults = faults;
        this.parsed = parsed;
    }

    /** The same, now that the expression is known as a tree. */
    ExpressionProblems about(CelAbstractSyntaxTree tree) {
        return new ExpressionProblems(source, scope, faults, tree);
    }

    Scope scope() {
        return scope;
    }

    void throwIfAny() throws ExpressionFaults {
        faults.sort(Comparator.comparingInt(ExpressionFault::line).thenComparingInt(ExpressionFault::column));
        if (!faults.isEmpty()) {
            throw new ExpressionFaults(faults);
        }
    }

    ExpressionFaults asFaults(Throwable cause) {
        ExpressionFaults thrown = new ExpressionFaults(faults);
        thrown.initCause(cause);
        return thrown;
    }

    void add(int line, int column, String message, String fix) {
        faults.add(new ExpressionFault(line, column, message, fix));
    }

    /** At the place of a part of the expression. */
    void add(long expressionId, String message, String fix) {
        Integer offset = parsed.getSource().getPositionsMap().get(expressionId);
        int[] place = lineAndColumn(offset == null ? 0 : offset);
        add(place[0], place[1], message, fix);
    }

    void addUnknownNode(long expressionId, String node) {
        String fix = SimilarNames.closest(node, scope.nodeIds())
                .map(near -> "did you mean results." + near + "?")
                .orElse("use the id of a node of this graph, such as results." + anyNode());
        add(expressionId, "there is no node " + excerpt(node), fix);
    }

    /** At the place of a name with dots, or of the part before the first one, that is no variable. */
    void addUnknownField(long expressionId, String path) {
        if (scope.absent().containsKey(path)) {
            add(expressionId, path + " is not known here", scope.absent().get(path));
            return;
        }
        String owner = path.split("\\.", 2)[0] + ".";
        List<String> fields = scope.variables().stream()
                .filter(name -> name.startsWith(owner))
                .toList();
        String fix = SimilarNames.closest(path, fields)
                .map(near -> "did you mean " + near + "?")
                .orElse("use one of " + String.join(", ", fields.isEmpty() ? scope.variables() : fields));
        add(expressionId, "there is no variable " + excerpt(path), fix);
    }

    /** What the parser says; only the first, because the others follow from it. */
    void addSyntax(List<CelIssue> issues) {
        CelIssue issue = issues.get(0);
        String message = issue.getMessage();
        Matcher unexpected = UNEXPECTED.matcher(message);
        boolean dotAtEnd = unexpected.matches()
                && unexpected.group(1).equals(".")
                && source.strip().endsWith(".");
        if (message.contains("<EOF>") || dotAtEnd) {
            add(line(issue), column(issue), "the expression ends too early", "complete it, or close the open bracket");
            return;
        }
        if (message.startsWith("reserved identifier: ")) {
            String name = message.substring("reserved identifier: ".length());
            add(line(issue), column(issue), name + " is a reserved word", "use another name");
            return;
        }
        if (message.startsWith("Expression recursion limit exceeded")) {
            add(1, 1, "the expression nests deeper than " + Limits.MAX_SOURCE_DEPTH + " levels", "split it");
            return;
        }
        String what = unexpected.matches() ? "unexpected " + excerpt(unexpected.group(1)) : shortened(message);
        add(line(issue), column(issue), what, "check quotes, brackets and operators at this place");
    }

    /** What the type check says, except what follows from another fault. */
    void addTypes(List<CelIssue> issues) {
        List<CelIssue> causes = issues.stream()
                .filter(issue -> !issue.getMessage().contains("*error*"))
                .toList();
        (causes.isEmpty() ? issues : causes).forEach(this::addType);
    }

    private void addType(CelIssue issue) {
        int line = line(issue);
        int column = column(issue);
        Matcher undeclared = UNDECLARED.matcher(issue.getMessage());
        if (undeclared.matches()) {
            addUndeclared(line, column, issue.getExprId(), undeclared.group(1));
            return;
        }
        Matcher overload = NO_OVERLOAD.matcher(issue.getMessage());
        if (overload.matches()) {
            add(line, column, cannotTake(overload.group(1), overload.group(2)), howToCall(overload.group(1)));
            return;
        }
        add(line, column, shortened(issue.getMessage()), "check the types at this place, or wrap a value in dyn()");
    }

    String anyNode() {
        return scope.nodeIds().stream().sorted().findFirst().orElse("node");
    }

    /** What went wrong while evaluating. */
    static String atRunTime(CelEvaluationException e) {
        String message = e.getMessage() == null
                ? ""
                : POSITION_AT_RUN_TIME.matcher(e.getMessage()).replaceFirst("");
        Matcher overload = NO_OVERLOAD_AT_RUN_TIME.matcher(message);
        if (overload.matches()) {
            return describe(overload.group(1)) + " cannot take values of these kinds; " + howToCall(overload.group(1));
        }
        Matcher key = NO_KEY.matcher(message);
        if (key.matches()) {
            return "there is no " + excerpt(key.group(1))
                    + "; ask with has(…) first, or give a default as in a.?b.orValue(0)";
        }
        Matcher noMap = NO_MAP.matcher(message);
        if (noMap.matches()) {
            return excerpt(noMap.group(1)) + " is looked for in something that is not a map";
        }
        if (e.getErrorCode() == CelErrorCode.ITERATION_BUDGET_EXCEEDED) {
            return "the loops take more than " + Limits.MAX_ITERATIONS + " steps; spread the work over several nodes";
        }
        if (e.getErrorCode() == CelErrorCode.DIVIDE_BY_ZERO) {
            return "an int is divided by zero";
        }
        if (e.getErrorCode() == CelErrorCode.NUMERIC_OVERFLOW) {
            return "a number is too large for its type; double() takes larger ones";
        }
        if (message.startsWith("expected boolean value")) {
            return "a condition is neither true nor false; compare it with something";
        }
        boolean wrapped = message.startsWith("Function '") && e.getCause() != null;
        return shortened(wrapped ? String.valueOf(e.getCause().getMessage()) : message);
    }

    /** A text in quotes, cut when it is long. */
    static String excerpt(String text) {
        String oneLine = text.replaceAll("\\s+", " ").trim();
        return "'" + (oneLine.length() > MAX_EXCERPT_CHARS ? oneLine.substring(0, MAX_EXCERPT_CHARS) + "…" : oneLine)
                + "'";
    }

    private void addUndeclared(int line, int column, long expressionId, String name) {
        if (scope.isOwner(name)) {
            // Told already, with what stands behind the dot.
            return;
        }
        String function = calledAt(expressionId);
        if (function != null) {
            int nameColumn = Math.max(1, column - name.length());
            String fix = SimilarNames.closest(name, ExpressionLanguage.functionNames())
                    .map(near -> "did you mean " + near + "()?")
                    .orElse("use one of the functions in docs/graphs.md");
            add(line, nameColumn, "there is no function " + excerpt(name), fix);
            return;
        }
        if (scope.absent().containsKey(name)) {
            add(line, column, name + " is not known here", scope.absent().get(name));
            return;
        }
        String fix = SimilarNames.closest(name, scope.variables())
                .map(near -> "did you mean " + near + "?")
                .orElse("use one of " + String.join(", ", scope.variables()) + ", or put a text into quotes");
        add(line, column, "there is no variable " + excerpt(name), fix);
    }

    /** The function that is called there, or null when it is not a call. */
    private String calledAt(long expressionId) {
        if (parsed == null) {
            return null;
        }
        return CelNavigableAst.fromAst(parsed)
                .getRoot()
                .allNodes()
                .map(node -> node.expr())
                .filter(expression -> expression.id() == expressionId)
                .filter(expression -> expression.getKind() == CelExpr.ExprKind.Kind.CALL)
                .map(expression -> expression.call().function())
                .findFirst()
                .orElse(null);
    }

    private static String cannotTake(String function, String types) {
        return describe(function) + " cannot take " + (types.isEmpty() ? "no arguments" : "(" + types + ")");
    }

    private static String describe(String function) {
        return "the "
                + (OPERATORS.containsKey(function) ? "operator " + OPERATORS.get(function) : "function " + function);
    }

    private static String howToCall(String function) {
        List<String> signatures = Function.ALL.stream()
                .filter(candidate -> candidate.name().equals(function))
                .map(Function::signature)
                .toList();
        if (!signatures.isEmpty()) {
            return "it takes " + String.join(" or ", signatures);
        }
        return function.equals("_?_:_")
                ? "give both branches the same type, or wrap one in dyn()"
                : "convert with int(), double() or string(), or check the arguments in docs/graphs.md";
    }

    private static int line(CelIssue issue) {
        return Math.max(1, issue.getSourceLocation().getLine());
    }

    private static int column(CelIssue issue) {
        return Math.max(0, issue.getSourceLocation().getColumn()) + 1;
    }

    private static String shortened(String message) {
        String oneLine = message.replaceAll("\\s+", " ").trim();
        return oneLine.length() > MAX_MESSAGE_CHARS ? oneLine.substring(0, MAX_MESSAGE_CHARS) + "…" : oneLine;
    }

    private int[] lineAndColumn(int offset) {
        Optional<dev.cel.common.CelSourceLocation> place = parsed.getSource().getOffsetLocation(offset);
        return place.map(at -> new int[] {at.getLine(), at.getColumn() + 1}).orElse(new int[] {1, 1});
    }
}
