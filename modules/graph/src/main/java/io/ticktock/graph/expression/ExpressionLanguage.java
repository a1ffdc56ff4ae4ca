package io.ticktock.graph.expression;

import dev.cel.common.CelOptions;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.extensions.CelListsExtensions;
import dev.cel.extensions.CelStringExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeBuilder;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelStandardFunctions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * CEL with the names, functions and bounds of graphs.
 *
 * <p>The runtime is the interpreter, not the newer planner: as of 0.14 the planner copies lists whenever they are read,
 * which makes a simple {@code map} over n elements take n² steps.
 */
final class ExpressionLanguage {

    private static final CelOptions OPTIONS = CelOptions.current()
            .enableHeterogeneousNumericComparisons(true)
            .comprehensionMaxIterations(Limits.MAX_ITERATIONS)
            .maxExpressionCodePointSize(Limits.MAX_SOURCE_CHARS)
            .maxParseRecursionDepth(Limits.MAX_SOURCE_DEPTH)
            .build();

    /** Without what Function defines, bounded and for mixed numbers, itself. */
    private static final CelStringExtensions STRINGS = CelExtensions.strings(
            CelStringExtensions.Function.CHAR_AT,
            CelStringExtensions.Function.INDEX_OF,
            CelStringExtensions.Function.LAST_INDEX_OF,
            CelStringExtensions.Function.QUOTE,
            CelStringExtensions.Function.SUBSTRING);

    private static final CelListsExtensions LISTS =
            CelExtensions.lists(CelListsExtensions.Function.REVERSE, CelListsExtensions.Function.SLICE);

    private static final CelRuntime RUNTIME = runtime();

    /** By the names of their variables: there are only as many as there are kinds of place in a graph. */
    private static final Map<Names, CelCompiler> COMPILERS = new ConcurrentHashMap<>();

    /** What a compiler depends on. */
    private record Names(Set<String> variables, Map<String, ValueType> types) {}

    private ExpressionLanguage() {}

    static CelCompiler compiler(Scope scope) {
        return COMPILERS.computeIfAbsent(
                new Names(new TreeSet<>(scope.variables()), scope.types()), ExpressionLanguage::newCompiler);
    }

    static CelRuntime evaluator() {
        return RUNTIME;
    }

    private static CelCompiler newCompiler(Names names) {
        CelCompilerBuilder builder = CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .addMacros(CelExtensions.lists().macros())
                .addLibraries(
                        STRINGS,
                        LISTS,
                        CelExtensions.math(),
                        CelExtensions.encoders(OPTIONS),
                        CelExtensions.optional(),
                        CelExtensions.bindings(),
                        CelExtensions.comprehensions())
                .addFunctionDeclarations(Operators.declarations());
        boolean mayTakeLong = names.types().isEmpty();
        Function.ALL.stream()
                .filter(function -> mayTakeLong || !VariableWalk.LIKE_LOOPS.contains(function.name()))
                .forEach(function -> builder.addFunctionDeclarations(function.declaration()));
        names.variables()
                .forEach(variable -> builder.addVar(
                        variable,
                        names.types().containsKey(variable)
                                ? typeOf(names.types().get(variable))
                                : typeOf(variable)));
        return builder.build();
    }

    private static CelRuntime runtime() {
        CelRuntimeBuilder builder = CelRuntimeFactory.legacyCelRuntimeBuilder()
                .setOptions(OPTIONS)
                .setStandardEnvironmentEnabled(false)
                .setStandardFunctions(CelStandardFunctions.newBuilder()
                        .filterFunctions((function, overload) -> !Operators.REPLACED.contains(overload))
                        .build())
                .addLibraries(
                        STRINGS,
                        LISTS,
                        CelExtensions.math(),
                        CelExtensions.encoders(OPTIONS),
                        CelExtensions.optional(),
                        CelExtensions.comprehensions())
                .addFunctionBindings(Operators.bindings());
        Function.ALL.forEach(function -> builder.addFunctionBindings(function.bindings()));
        return builder.build();
    }

    private static CelType typeOf(ValueType type) {
        return switch (type) {
            case INT -> SimpleType.INT;
            case DOUBLE -> SimpleType.DOUBLE;
            case TEXT -> SimpleType.STRING;
            case NUMBERS -> MapType.create(SimpleType.STRING, SimpleType.DOUBLE);
            case ANY -> SimpleType.DYN;
        };
    }

    private static CelType typeOf(String variable) {
        return switch (variable) {
            case "joined" -> ListType.create(SimpleType.DYN);
            case Scope.RESULTS -> MapType.create(SimpleType.STRING, SimpleType.DYN);
            case "headers" -> MapType.create(SimpleType.STRING, SimpleType.STRING);
            case "iteration", "index", "status" -> SimpleType.INT;
            default -> SimpleType.DYN;
        };
    }

    /** The functions of CEL itself that people look for, for suggestions. */
    static List<String> functionNames() {
        return Stream.concat(
                        Function.ALL.stream().map(Function::name),
                        Stream.of(
                                "size",
                                "has",
                                "all",
                                "exists",
                                "exists_one",
                                "map",
                                "filter",
                                "contains",
                                "startsWith",
                                "endsWith",
                                "matches",
                                "int",
                                "double",
                                "string",
                                "bool",
                                "bytes",
                                "type",
                                "dyn",
                                "timestamp",
                                "duration",
                                "charAt",
                                "indexOf",
                                "lastIndexOf",
                                "substring",
                                "reverse",
                                "slice",
                                "sortBy"))
                .distinct()
                .toList();
    }
}
