package io.ticktock.graph.expression;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.compiler.CelCompiler;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelVariableResolver;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A compiled and type-checked CEL expression. Immutable, so that threads can share it. */
public final class Expression {

    /** So that a graph that is read by several parts of a process is compiled once. */
    private static final Cache<Key, Expression> COMPILED = CacheBuilder.newBuilder()
            .maximumWeight(Limits.MAX_CACHED_CHARS)
            .weigher((Key key, Expression expression) -> key.source().length())
            .build();

    private final String source;
    private final CelType type;
    private final CelRuntime.Program program;
    private final VariableUse uses;
    private final List<String> variables;
    private final Optional<Comparison> comparison;
    private final FastCondition fast;

    private Expression(
            String source,
            CelType type,
            CelRuntime.Program program,
            VariableWalk walk,
            Optional<Comparison> comparison,
            FastCondition fast) {
        this.source = source;
        this.type = type;
        this.program = program;
        this.uses = walk.uses();
        this.variables = walk.variables();
        this.comparison = comparison;
        this.fast = fast;
    }

    /** Compiles an expression over all standard variables and the results of these nodes. */
    public static Expression compile(String source, Set<String> nodeIds) throws ExpressionFaults {
        return compile(source, Scope.of(nodeIds));
    }

    /** What an expression depends on, apart from which nodes there are. */
    private record Key(Set<String> variables, Map<String, ValueType> types, String source) {}

    /** Compiles an expression over what the scope has. */
    public static Expression compile(String source, Scope scope) throws ExpressionFaults {
        Key key = new Key(scope.variables(), scope.types(), source);
        Expression known = COMPILED.getIfPresent(key);
        if (known != null && scope.nodeIds().containsAll(known.uses.results())) {
            return known;
        }
        Expression compiled = compileAnew(source, scope);
        COMPILED.put(key, compiled);
        return compiled;
    }

    private static Expression compileAnew(String source, Scope scope) throws ExpressionFaults {
        CelCompiler compiler = ExpressionLanguage.compiler(scope);
        ExpressionProblems problems = new ExpressionProblems(source, scope);
        CelAbstractSyntaxTree parsed = parse(compiler, problems, source);
        VariableWalk walk = VariableWalk.through(parsed, problems);
        CelAbstractSyntaxTree checked = check(compiler, problems, parsed);
        problems.throwIfAny();
        Optional<Comparison> comparison = Comparison.of(checked.getExpr(), scope.variables());
        FastCondition fast = FastCondition.of(checked.getExpr(), scope);
        return new Expression(source, checked.getResultType(), plan(checked, problems), walk, comparison, fast);
    }

    /** As {@link #compile(String, Scope)}, and the result must be a bool as far as can be known beforehand. */
    public static Expression compileCondition(String source, Scope scope) throws ExpressionFaults {
        Expression condition = compile(source, scope);
        if (!condition.mayBe(CelKind.BOOL)) {
            throw new ExpressionFaults(List.of(new ExpressionFault(
                    1,
                    1,
                    "the condition is not true or false but of type " + condition.type.name(),
                    "compare it with something, as in a == b or a < b")));
        }
        return condition;
    }

    /** As {@link #compile(String, Scope)}, and the result must be a list as far as can be known beforehand. */
    public static Expression compileList(String source, Scope scope) throws ExpressionFaults {
        Expression list = compile(source, scope);
        if (!list.mayBe(CelKind.LIST)) {
            throw new ExpressionFaults(List.of(new ExpressionFault(
                    1,
                    1,
                    "the expression does not give a list but is of type " + list.type.name(),
                    "use an expression that gives a list, such as [1, 2, 3] or lines(input.text)")));
        }
        return list;
    }

    /** The plain value over these variables. Throws {@link ExpressionFailure}. */
    public Object evaluate(Variables variables) {
        return evaluate(variables, Map.of());
    }

    /** As {@link #evaluate(Variables)}, with values for the extra variables of the scope. */
    public Object evaluate(Variables variables, Map<String, Object> extra) {
        Object value = run(variables, extra);
        try {
            return PlainValues.toPlain(value);
        } catch (ExpressionFailure e) {
            throw new ExpressionFailure(inThis(e.getMessage()), e);
        }
    }

    /** Whether it holds. Throws {@link ExpressionFailure}, also when the value is neither true nor false. */
    public boolean evaluateCondition(Variables variables) {
        return evaluateCondition(variables, Map.of());
    }

    /** As {@link #evaluateCondition(Variables)}, with values for the extra variables of the scope. */
    public boolean evaluateCondition(Variables variables, Map<String, Object> extra) {
        return isTrue(run(variables, extra));
    }

    private boolean isTrue(Object value) {
        if (value instanceof Boolean condition) {
            return condition;
        }
        throw new ExpressionFailure(inThis("the value is neither true nor false; compare it with something"));
    }

    /**
     * Whether it holds, where evaluating it must not take long.
     *
     * @param variables of the scope that it was compiled in, with values that are small, but for {@code result}
     * @param mostEffort when loops or many calls cost more, evaluating ends; 16 for each part that is evaluated and each value that is
     *     compared, 4 for each element and 1 for each character that a function looks at or makes
     * @throws ExpressionFailure when it cannot be evaluated
     */
    public boolean evaluateCondition(VariableSource variables, long mostEffort) {
        Optional<Boolean> outcome = fast.outcome(variables);
        if (outcome.isPresent()) {
            return outcome.get();
        }
        boolean isBounded = uses.mayTakeLong() || uses.result();
        return isTrue(run(variables, isBounded ? Optional.of(new Effort(mostEffort)) : Optional.empty()));
    }

    public VariableUse uses() {
        return uses;
    }

    /** The names of all variables that it reads, sorted. */
    public List<String> variables() {
        return variables;
    }

    /** What it compares, when it does no more than compare a variable with a number. */
    public Optional<Comparison> comparison() {
        return comparison;
    }

    /** The text it was compiled from. */
    public String source() {
        return source;
    }

    /** Whether the other was compiled from the same text. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Expression expression && source.equals(expression.source);
    }

    @Override
    public int hashCode() {
        return source.hashCode();
    }

    @Override
    public String toString() {
        return source;
    }

    private boolean mayBe(CelKind kind) {
        return type.kind() == kind || type.kind() == CelKind.DYN;
    }

    private Object run(Variables variables, Map<String, Object> extra) {
        return run(name -> find(name, variables, extra), Optional.of(new Effort(Limits.MAX_EFFORT)));
    }

    /** Without an effort, which takes time itself, nothing is measured. */
    private Object run(VariableSource variables, Optional<Effort> effort) {
        try {
            CelVariableResolver resolver = name -> Optional.of(PlainValues.toCel(variables.get(name)));
            return effort.isPresent() ? program.trace(resolver, effort.get()) : program.eval(resolver);
        } catch (Effort.Exceeded e) {
            throw new ExpressionFailure(inThis(e.getMessage()), e);
        } catch (CelEvaluationException e) {
            throw new ExpressionFailure(inThis(ExpressionProblems.atRunTime(e)), e);
        } catch (StackOverflowError e) {
            throw new ExpressionFailure(inThis("the values nest too deeply"), e);
        }
    }

    private static Object find(String name, Variables variables, Map<String, Object> extra) {
        return switch (name) {
            case "input" -> variables.input();
            case "plan" -> variables.plan();
            case "result" -> variables.result();
            case "joined" -> variables.joined();
            case Scope.RESULTS -> variables.results();
            case "iteration" -> variables.iteration();
            default -> extra.get(name);
        };
    }

    private String inThis(String message) {
        return "in " + ExpressionProblems.excerpt(source) + ": " + message;
    }

    private static CelAbstractSyntaxTree parse(CelCompiler compiler, ExpressionProblems problems, String source)
            throws ExpressionFaults {
        if (source.codePointCount(0, source.length()) > Limits.MAX_SOURCE_CHARS) {
            problems.add(
                    1,
                    1,
                    "the expression is longer than " + Limits.MAX_SOURCE_CHARS + " characters",
                    "split it over several nodes");
            problems.throwIfAny();
        }
        CelValidationResult result = compiler.parse(source);
        if (result.hasError()) {
            problems.addSyntax(result.getErrors());
            problems.throwIfAny();
        }
        return tree(result);
    }

    private static CelAbstractSyntaxTree check(
            CelCompiler compiler, ExpressionProblems problems, CelAbstractSyntaxTree parsed) throws ExpressionFaults {
        CelValidationResult result = compiler.check(parsed);
        if (result.hasError()) {
            problems.about(parsed).addTypes(result.getErrors());
            problems.throwIfAny();
        }
        return Operators.evaluable(tree(result));
    }

    private static CelAbstractSyntaxTree tree(CelValidationResult result) {
        try {
            return result.getAst();
        } catch (CelValidationException e) {
            throw new IllegalStateException("invalid without an error", e);
        }
    }

    private static CelRuntime.Program plan(CelAbstractSyntaxTree checked, ExpressionProblems problems)
            throws ExpressionFaults {
        try {
            return ExpressionLanguage.evaluator().createProgram(checked);
        } catch (CelEvaluationException e) {
            problems.add(1, 1, ExpressionProblems.atRunTime(e), "write the expression in another way");
            throw problems.asFaults(e);
        }
    }
}
