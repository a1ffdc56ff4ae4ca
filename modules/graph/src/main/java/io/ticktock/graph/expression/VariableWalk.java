package io.ticktock.graph.expression;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.CelComprehension;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Looks through a parsed expression for the variables it reads, and for uses of them that could not work. */
final class VariableWalk {

    /** They make lists or texts of any length of short ones, or look at each character often. */
    static final Set<String> LIKE_LOOPS = Set.of("range", "replace", "join", "matches");

    private final ExpressionProblems problems;
    private final Set<String> names = new TreeSet<>();
    private final Set<String> nodes = new TreeSet<>();
    private boolean loops;
    private int calls;

    private VariableWalk(ExpressionProblems problems) {
        this.problems = problems;
    }

    static VariableWalk through(CelAbstractSyntaxTree parsed, ExpressionProblems problems) {
        VariableWalk walk = new VariableWalk(problems.about(parsed));
        walk.visit(parsed.getExpr());
        return walk;
    }

    VariableUse uses() {
        return new VariableUse(
                names.contains("input"),
                names.contains("plan"),
                names.contains("result"),
                names.contains("joined"),
                Set.copyOf(nodes),
                loops,
                calls);
    }

    /** The variables of the scope that it reads, sorted. */
    List<String> variables() {
        return names.stream().filter(problems.scope().variables()::contains).toList();
    }

    /** The names and dots of {@code a.b.c}; nothing for any other expression. */
    static Optional<String> path(CelExpr expression) {
        if (expression.getKind() == Kind.IDENT) {
            return Optional.of(expression.ident().name());
        }
        return expression.getKind() == Kind.SELECT
                ? path(expression.select().operand())
                        .map(owner -> owner + "." + expression.select().field())
                : Optional.empty();
    }

    private void visit(CelExpr expression) {
        switch (expression.getKind()) {
            case IDENT -> visitName(expression);
            case SELECT -> visitSelect(expression);
            case CALL -> visitCall(expression);
            case LIST -> expression.list().elements().forEach(this::visit);
            case MAP ->
                expression.map().entries().forEach(entry -> {
                    visit(entry.key());
                    visit(entry.value());
                });
            case STRUCT -> expression.struct().entries().forEach(entry -> visit(entry.value()));
            case COMPREHENSION -> visitComprehension(expression, expression.comprehension());
            case CONSTANT, NOT_SET -> {}
        }
    }

    private void visitSelect(CelExpr expression) {
        String path = problems.scope().isTyped() ? path(expression).orElse("") : "";
        for (String name = path; name.contains("."); name = name.substring(0, name.lastIndexOf('.'))) {
            if (problems.scope().variables().contains(name)) {
                names.add(name);
                return;
            }
        }
        if (problems.scope().isOwner(path.split("\\.", 2)[0])) {
            problems.addUnknownField(start(expression).id(), path);
            return;
        }
        String field = expression.select().field();
        visitSelection(expression.select().operand(), Optional.of(field));
    }

    private static CelExpr start(CelExpr path) {
        return path.getKind() == Kind.SELECT ? start(path.select().operand()) : path;
    }

    private void visitName(CelExpr expression) {
        String name = expression.ident().name();
        names.add(name);
        if (problems.scope().isOwner(name)) {
            problems.addUnknownField(expression.id(), name);
        } else if (name.equals(Scope.RESULTS) && !problems.scope().isTyped()) {
            problems.add(
                    expression.id(),
                    "results stands alone, but only the result of one named node can be read",
                    "write results.<node>, such as results." + problems.anyNode());
        }
    }

    private void visitCall(CelExpr expression) {
        CelCall call = expression.call();
        calls++;
        loops |= LIKE_LOOPS.contains(call.function());
        if (call.function().equals("matches")) {
            checkPattern(call);
        }
        boolean selects = call.function().equals("_[_]")
                || call.function().equals("_[?_]")
                || call.function().equals("_?._");
        if (selects && call.args().size() == 2) {
            visitSelection(call.args().get(0), text(call.args().get(1)));
            visit(call.args().get(1));
            return;
        }
        call.target().ifPresent(this::visit);
        call.args().forEach(this::visit);
    }

    /** A pattern that stands there as it is can be told before anything runs to be none. */
    private void checkPattern(CelCall call) {
        CelExpr pattern = call.args().get(call.args().size() - 1);
        text(pattern).ifPresent(source -> {
            try {
                BoundedPattern.compile(source);
            } catch (ExpressionFailure e) {
                problems.add(pattern.id(), e.getMessage(), "write a pattern that RE2 takes, as in \"[a-z]+\"");
            }
        });
    }

    private void visitSelection(CelExpr operand, Optional<String> field) {
        boolean ofResults = !problems.scope().isTyped()
                && operand.getKind() == Kind.IDENT
                && operand.ident().name().equals(Scope.RESULTS);
        if (!ofResults || field.isEmpty()) {
            visit(operand);
            return;
        }
        names.add(Scope.RESULTS);
        nodes.add(field.get());
        if (!problems.scope().nodeIds().contains(field.get())) {
            problems.addUnknownNode(operand.id(), field.get());
        }
    }

    private void visitComprehension(CelExpr expression, CelComprehension loop) {
        loops = true;
        for (String variable : Set.of(loop.iterVar(), loop.iterVar2(), loop.accuVar())) {
            if (problems.scope().isTaken(variable)) {
                problems.add(
                        expression.id(),
                        "the loop variable " + variable + " hides the variable of the same name",
                        "give it another name, such as item");
            }
        }
        visit(loop.iterRange());
        visit(loop.accuInit());
        visit(loop.loopCondition());
        visit(loop.loopStep());
        visit(loop.result());
    }

    private static Optional<String> text(CelExpr expression) {
        return expression.getKind() == Kind.CONSTANT && expression.constant().getKind() == CelConstant.Kind.STRING_VALUE
                ? Optional.of(expression.constant().stringValue())
                : Optional.empty();
    }
}
