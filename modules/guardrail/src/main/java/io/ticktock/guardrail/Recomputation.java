package io.ticktock.guardrail;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.guardrail.budget.Budgets;
import io.ticktock.guardrail.policy.Content;
import io.ticktock.guardrail.policy.Facts;
import io.ticktock.guardrail.policy.PolicyEvaluator;
import io.ticktock.guardrail.policy.Window;
import io.ticktock.proto.v1.AdmissionResponse;
import io.ticktock.proto.v1.GuardrailAnswer;
import io.ticktock.proto.v1.GuardrailQuestion;
import io.ticktock.proto.v1.RecomputeRequest;
import io.ticktock.proto.v1.RecomputeResponse;
import io.ticktock.proto.v1.Totals;
import io.ticktock.proto.v1.VerdictRequest;
import io.ticktock.proto.v1.VerdictResponse;
import io.ticktock.proto.v1.WindowTotals;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Answers again what was asked earlier, by the policies that were in force then. */
final class Recomputation {

    private static final int MOST_QUESTIONS = 2_000;
    private static final int MOST_SETS = 16;

    /** The policies of then at work again, or why they are not to be had. */
    private record Found(PolicyEvaluator evaluator, String missing) {}

    private final Vertx vertx;
    private final PolicyArchive archive;
    private final ContentReader results;
    private final Cache<String, PolicyEvaluator> evaluators =
            Caffeine.newBuilder().maximumSize(MOST_SETS).build();

    Recomputation(Vertx vertx, PolicyArchive archive, ContentReader results) {
        this.vertx = vertx;
        this.archive = archive;
        this.results = results;
    }

    /** One answer per question; where the policies are not to be had any more, the answer says that. */
    Future<RecomputeResponse> recompute(RecomputeRequest request) {
        if (request.getQuestionsCount() > MOST_QUESTIONS) {
            return Future.failedFuture(new Failure(
                    FailureCode.INVALID_ARGUMENT,
                    "questions must be at most " + MOST_QUESTIONS + ", not " + request.getQuestionsCount()));
        }
        List<String> digests = request.getQuestionsList().stream()
                .map(GuardrailQuestion::getPolicyDigest)
                .distinct()
                .toList();
        Map<String, Found> found = new HashMap<>();
        Future<Void> finding = Future.succeededFuture();
        for (String digest : digests) {
            finding = finding.compose(before -> find(digest)).map(each -> {
                found.put(digest, each);
                return null;
            });
        }
        return finding.compose(all -> contents(request, found))
                .compose(contents -> vertx.executeBlocking(() -> answers(request, found, contents)));
    }

    /** What the results hold that the policies of then read, by exec_id. What is not there any more, they do not see. */
    private Future<Map<String, Content>> contents(RecomputeRequest request, Map<String, Found> found) {
        Map<String, Content> contents = new HashMap<>();
        Future<Void> reading = Future.succeededFuture();
        for (GuardrailQuestion question : request.getQuestionsList()) {
            PolicyEvaluator evaluator = found.get(question.getPolicyDigest()).evaluator;
            if (evaluator != null && evaluator.set().readsResults() && question.hasVerdict()) {
                reading = reading.compose(
                                before -> GuardrailEngine.contents(evaluator, question.getVerdict(), results::read))
                        .map(read -> {
                            contents.putAll(read);
                            return null;
                        });
            }
        }
        return reading.map(contents);
    }

    private Future<Found> find(String digest) {
        PolicyEvaluator known = evaluators.getIfPresent(digest);
        if (known != null) {
            return Future.succeededFuture(new Found(known, ""));
        }
        return archive.find(vertx, digest)
                .map(policies -> {
                    PolicyEvaluator evaluator = new PolicyEvaluator(policies);
                    evaluators.put(digest, evaluator);
                    return new Found(evaluator, "");
                })
                .recover(cause -> missing(digest, cause));
    }

    /** Only a data plane that is away is worth another try. */
    private static Future<Found> missing(String digest, Throwable cause) {
        return switch (Failure.of(cause).code()) {
            case NOT_FOUND -> Future.succeededFuture(new Found(null, "policy set " + digest + " is not kept"));
            case INTERNAL ->
                Future.succeededFuture(
                        new Found(null, "policy set " + digest + " cannot be read again: " + cause.getMessage()));
            case INVALID_ARGUMENT,
                    ALREADY_EXISTS,
                    FAILED_PRECONDITION,
                    FENCED,
                    OVERLOADED,
                    QUOTA_EXCEEDED,
                    UNAVAILABLE,
                    UNAUTHENTICATED,
                    PERMISSION_DENIED,
                    STALE -> Future.failedFuture(cause);
        };
    }

    private static RecomputeResponse answers(
            RecomputeRequest request, Map<String, Found> found, Map<String, Content> contents) {
        List<GuardrailAnswer> answers = new ArrayList<>(request.getQuestionsCount());
        for (GuardrailQuestion question : request.getQuestionsList()) {
            answers.add(tried(found.get(question.getPolicyDigest()), question, contents));
        }
        return RecomputeResponse.newBuilder().addAllAnswers(answers).build();
    }

    /** What was not seen then, or cannot be asked any more, is told: it is no verdict. */
    private static GuardrailAnswer tried(Found found, GuardrailQuestion question, Map<String, Content> contents) {
        try {
            return answer(found, question, contents);
        } catch (RuntimeException e) {
            return GuardrailAnswer.newBuilder()
                    .setMissing("it cannot be asked again: " + e.getMessage())
                    .build();
        }
    }

    private static GuardrailAnswer answer(Found found, GuardrailQuestion question, Map<String, Content> contents) {
        GuardrailAnswer.Builder answer = GuardrailAnswer.newBuilder();
        if (found.evaluator == null) {
            return answer.setMissing(found.missing).build();
        }
        return switch (question.getQuestionCase()) {
            case VERDICT ->
                answer.addAllVerdicts(
                                verdict(found.evaluator, question, contents).getVerdictsList())
                        .build();
            case ADMISSION -> {
                AdmissionResponse admission = admission(found.evaluator, question);
                yield answer.addAllVerdicts(admission.getVerdictsList())
                        .addAllReservations(admission.getReservationsList())
                        .build();
            }
            case QUESTION_NOT_SET -> answer.setMissing("nothing was asked").build();
        };
    }

    private static VerdictResponse verdict(
            PolicyEvaluator evaluator, GuardrailQuestion question, Map<String, Content> contents) {
        VerdictRequest request = question.getVerdict();
        List<Facts> all = GuardrailEngine.facts(request, (i, isNew, facts) -> {
            Content content = contents.get(request.getRecords(i).getHeaders().getExecId());
            return asRecorded(question, i, content == null ? facts : facts.with(content));
        });
        VerdictResponse conditions = GuardrailEngine.verdict(evaluator, request, all);
        return new Budgets(new BudgetsOfThen(question), System::nanoTime).judge(evaluator.set(), request, conditions);
    }

    private static AdmissionResponse admission(PolicyEvaluator evaluator, GuardrailQuestion question) {
        AdmissionResponse conditions = GuardrailEngine.admit(
                evaluator, question.getAdmission(), (i, isNew, facts) -> asRecorded(question, i, facts));
        // Nothing has to be waited for: it is all in the question.
        return new Budgets(new BudgetsOfThen(question), System::nanoTime)
                .admit(evaluator.set(), question.getAdmission(), conditions)
                .result();
    }

    /** What a tenant had used in a window is not in a lifetime's log, but for what was seen of it then. */
    private static Facts asRecorded(GuardrailQuestion question, int index, Facts facts) {
        if (index >= question.getRecordedCount() || question.getRecorded(index).getWindowsCount() == 0) {
            return facts;
        }
        Map<Window, Totals> totals = new LinkedHashMap<>();
        for (WindowTotals seen : question.getRecorded(index).getWindowsList()) {
            Window.parse(seen.getWindow()).ifPresent(window -> totals.put(window, seen.getTotals()));
        }
        return facts.with(totals);
    }
}
