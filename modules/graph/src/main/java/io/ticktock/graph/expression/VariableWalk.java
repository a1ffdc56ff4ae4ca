package io.ticktock.graph.expression;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.CelComprehension;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Looks through a parsed expression for the variables it reads, and for uses of them that could not work. */
final class VariableWalk {

    /** They make lists or texts of any length of short ones, or look at each character often. */
    private static final Set<String> LIKE_LOOPS = Set.of("range", "replace", "join", "matches");

    private final ExpressionProblems problems;
    private final Set<String> names = new TreeSet<>();
    private final Set<String> nodes = new TreeSet<>();
    private boolean loops;
    private int calls;

    private VariableWalk(ExpressionProblems problems) {
        this.problems = problems;
    }

    static VariableUse usesOf(CelAbstractSyntaxTree parsed, ExpressionProblems problems) {
        VariableWalk walk = new VariableWalk(problems.about(parsed));
        walk.visit(parsed.getExpr());
        return new VariableUse(
                walk.names.contains("input"),
                walk.names.contains("plan"),
                walk.names.contains("result"),
                walk.names.contains("joined"),
                Set.copyOf(walk.nodes),
                walk.loops,
                walk.calls);
    }

    private void visit(CelExpr expression) {
        switch (expression.getKind()) {
            case IDENT -> visitName(expression);
            case SELECT -> {
                String field = expression.select().field();
                visitSelection(expression.select().operand(), Optional.of(field));
            }
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

    private void visitName(CelExpr expression) {
        String name = expression.ident().name();
        names.add(name);
        if (name.equals(Scope.RESULTS)) {
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

    private void visitSelection(CelExpr operand, Optional<String> field) {
        boolean ofResults =
                operand.getKind() == Kind.IDENT && operand.ident().name().equals(Scope.RESULTS);
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
            if (Scope.STANDARD.contains(variable)) {
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
