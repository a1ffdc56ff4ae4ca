package io.ticktock.guardrail;

import io.ticktock.bus.ProtoTime;
import io.ticktock.guardrail.budget.Budgets;
import io.ticktock.guardrail.budget.TenantBudgets;
import io.ticktock.guardrail.policy.Attempt;
import io.ticktock.guardrail.policy.Content;
import io.ticktock.guardrail.policy.Facts;
import io.ticktock.guardrail.policy.Phase;
import io.ticktock.guardrail.policy.PolicyEvaluator;
import io.ticktock.guardrail.policy.PolicySet;
import io.ticktock.guardrail.policy.RunningTotals;
import io.ticktock.guardrail.policy.Window;
import io.ticktock.proto.v1.AdmissionRequest;
import io.ticktock.proto.v1.AdmissionResponse;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.GetUsageRequest;
import io.ticktock.proto.v1.GetUsageResponse;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.Progress;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Totals;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.VerdictRequest;
import io.ticktock.proto.v1.VerdictResponse;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * Applies the policies in force to what is asked. Without any, everything is allowed, with no policy digest. For one
 * event loop, but for {@link #use}.
 */
public final class GuardrailEngine {

    /** Answers up to this size are made once; this stands between every record and its decision. */
    private static final int LARGEST_KEPT = 64;

    private static final Verdict ALLOW = Verdict.newBuilder()
            .setAction(GuardrailAction.GUARDRAIL_ACTION_ALLOW)
            .build();
    private static final List<VerdictResponse> VERDICTS = IntStream.rangeClosed(0, LARGEST_KEPT)
            .mapToObj(GuardrailEngine::allowed)
            .toList();
    private static final List<AdmissionResponse> ADMISSIONS = IntStream.rangeClosed(0, LARGEST_KEPT)
            .mapToObj(GuardrailEngine::admitted)
            .toList();

    /** Parsing and looking through more than this would hold up an event loop. */
    private static final int LARGE_CONTENT_BYTES = 16 << 10;

    private final TenantUsage usage;
    private final Function<ExecutionHeaders, Future<Content>> results;
    private final Budgets budgets;
    private volatile PolicyEvaluator inForce = new PolicyEvaluator(PolicySet.NONE);

    /**
     * @param usage where it reads what tenants have used, and usageRefresh how old that may be
     * @param results where it reads what the result of a record holds
     * @param tenantBudgets where what is set aside of tenants' budgets comes from
     * @param nanoTime what it measures time by
     */
    public GuardrailEngine(
            Function<GetUsageRequest, Future<GetUsageResponse>> usage,
            Duration usageRefresh,
            Function<ExecutionHeaders, Future<Content>> results,
            TenantBudgets tenantBudgets,
            LongSupplier nanoTime) {
        this.usage = new TenantUsage(usage, usageRefresh, nanoTime);
        this.results = results;
        this.budgets = new Budgets(tenantBudgets, nanoTime);
    }

    /** Puts these policies in force: what is asked from now on is answered by them. */
    public void use(PolicySet policies) {
        inForce = new PolicyEvaluator(policies);
    }

    /** The policies in force. */
    public PolicySet policies() {
        return inForce.set();
    }

    /** Whether records may be accepted: one verdict for each, in order. UNAVAILABLE when something cannot be read. */
    public Future<VerdictResponse> verdict(VerdictRequest request) {
        PolicyEvaluator evaluator = inForce;
        Future<VerdictResponse> conditions = conditions(evaluator, request);
        return evaluator.set().budgets().isEmpty()
                ? conditions
                : conditions.map(verdicts -> budgets.judge(evaluator.set(), request, verdicts));
    }

    private Future<VerdictResponse> conditions(PolicyEvaluator evaluator, VerdictRequest request) {
        int count = request.getRecordsCount();
        if (evaluator.set().isEmpty()) {
            return Future.succeededFuture(count <= LARGEST_KEPT ? VERDICTS.get(count) : allowed(count));
        }
        Set<Window> windows = windows(evaluator, request);
        if (windows.isEmpty() && !evaluator.set().readsResults()) {
            return Future.succeededFuture(verdict(evaluator, request, facts(request, Outside.NOTHING)));
        }
        return contents(evaluator, request, results)
                .compose(contents -> usage.of(
                                request.getTenantId(),
                                windows,
                                request.getRecordsList(),
                                ProtoTime.instant(request.getNow()))
                        .compose(tenant ->
                                verdict(evaluator, request, facts(request, tenant, contents), contents.values())));
    }

    /** Looking through much takes too long for an event loop. */
    private static Future<VerdictResponse> verdict(
            PolicyEvaluator evaluator, VerdictRequest request, List<Facts> facts, Collection<Content> contents) {
        long size = contents.stream().mapToLong(Content::sizeBytes).sum();
        Context context = Vertx.currentContext();
        return size <= LARGE_CONTENT_BYTES || context == null
                ? Future.succeededFuture(verdict(evaluator, request, facts))
                : context.executeBlocking(() -> verdict(evaluator, request, facts), false);
    }

    /** What the results hold that policies read, by exec_id; one is read after the other. */
    static Future<Map<String, Content>> contents(
            PolicyEvaluator evaluator, VerdictRequest request, Function<ExecutionHeaders, Future<Content>> results) {
        Map<String, Content> contents = new HashMap<>();
        Future<Void> read = Future.succeededFuture();
        for (ExecutionReference record : request.getRecordsList()) {
            var headers = record.getHeaders();
            if (evaluator.readsResult(request.getGraph(), headers.getNodeId(), headers.getKind())) {
                read = read.compose(before -> results.apply(headers).map(content -> {
                    contents.put(headers.getExecId(), content);
                    return null;
                }));
            }
        }
        return read.map(contents);
    }

    private static Set<Window> windows(PolicyEvaluator evaluator, VerdictRequest request) {
        if (!evaluator.set().looksAtTenants()) {
            return Set.of();
        }
        Set<Window> windows = new LinkedHashSet<>();
        for (ExecutionReference record : request.getRecordsList()) {
            var headers = record.getHeaders();
            windows.addAll(
                    evaluator.windows(request.getGraph(), Phase.VERDICT, headers.getNodeId(), headers.getKind()));
        }
        return windows;
    }

    private static List<Facts> facts(
            VerdictRequest request, Map<Window, WindowUsage> tenant, Map<String, Content> contents) {
        return facts(request, (i, isNew, facts) -> {
            ExecutionReference record = request.getRecords(i);
            if (isNew) {
                tenant.values().forEach(window -> window.add(record));
            }
            Content content = contents.get(record.getHeaders().getExecId());
            return with(content == null ? facts : facts.with(content), tenant);
        });
    }

    /** What each policy is to be asked of, in order. */
    static List<Facts> facts(VerdictRequest request, Outside outside) {
        List<Facts> all = new ArrayList<>(request.getRecordsCount());
        long elapsed = Facts.elapsedSeconds(request.getStartedAt(), request.getNow());
        Map<String, String> labels = request.getLabelsMap();
        RunningTotals totals = new RunningTotals(request.getTotals());
        for (int i = 0; i < request.getRecordsCount(); i++) {
            ExecutionReference record = request.getRecords(i);
            boolean isNew = totals.add(record);
            Facts facts = Facts.of(record, totals.totals(), labels, elapsed).with(progress(request, i));
            all.add(outside.complete(i, isNew, facts));
        }
        return all;
    }

    static VerdictResponse verdict(PolicyEvaluator evaluator, VerdictRequest request, List<Facts> facts) {
        VerdictResponse.Builder response = VerdictResponse.newBuilder();
        facts.forEach(each -> response.addVerdicts(evaluator.evaluate(request.getGraph(), Phase.VERDICT, each)));
        return response.build();
    }

    private static Progress progress(VerdictRequest request, int index) {
        return index < request.getProgressCount() ? request.getProgress(index) : Progress.getDefaultInstance();
    }

    /** Puts what comes from outside the lifetime beside the facts of one of those things that are asked about. */
    interface Outside {

        Outside NOTHING = (index, isNew, facts) -> facts;

        /**
         * @param index of the record or the candidate; they come in order
         * @param isNew whether it was not among those before
         */
        Facts complete(int index, boolean isNew, Facts facts);
    }

    private static Facts with(Facts facts, Map<Window, WindowUsage> tenant) {
        if (tenant.isEmpty()) {
            return facts;
        }
        Map<Window, Totals> totals = new LinkedHashMap<>();
        tenant.forEach((window, used) -> totals.put(window, used.totals()));
        return facts.with(totals);
    }

    /**
     * Whether attempts may be dispatched: one verdict for each, in order, and what is set aside for it. UNAVAILABLE when
     * something cannot be read.
     */
    public Future<AdmissionResponse> admit(AdmissionRequest request) {
        PolicyEvaluator evaluator = inForce;
        Future<AdmissionResponse> conditions = conditions(evaluator, request);
        return evaluator.set().budgets().isEmpty()
                ? conditions
                : conditions.compose(verdicts -> budgets.admit(evaluator.set(), request, verdicts));
    }

    private Future<AdmissionResponse> conditions(PolicyEvaluator evaluator, AdmissionRequest request) {
        int count = request.getCandidatesCount();
        if (evaluator.set().isEmpty()) {
            return Future.succeededFuture(count <= LARGEST_KEPT ? ADMISSIONS.get(count) : admitted(count));
        }
        Set<Window> windows = windows(evaluator, request);
        if (windows.isEmpty()) {
            return Future.succeededFuture(admit(evaluator, request, Outside.NOTHING));
        }
        return usage.of(request.getTenantId(), windows, List.of(), ProtoTime.instant(request.getNow()))
                .map(tenant -> admit(evaluator, request, (i, isNew, facts) -> with(facts, tenant)));
    }

    private static Set<Window> windows(PolicyEvaluator evaluator, AdmissionRequest request) {
        if (!evaluator.set().looksAtTenants()) {
            return Set.of();
        }
        Set<Window> windows = new LinkedHashSet<>();
        for (int i = 0; i < request.getCandidatesCount(); i++) {
            String node = request.getCandidates(i).getNodeId();
            windows.addAll(evaluator.windows(request.getGraph(), Phase.ADMIT, node, request.getKinds(i)));
        }
        return windows;
    }

    static AdmissionResponse admit(PolicyEvaluator evaluator, AdmissionRequest request, Outside outside) {
        AdmissionResponse.Builder response =
                AdmissionResponse.newBuilder().setPolicyDigest(evaluator.set().digest());
        long elapsed = Facts.elapsedSeconds(request.getStartedAt(), request.getNow());
        for (int i = 0; i < request.getCandidatesCount(); i++) {
            Scheduled candidate = request.getCandidates(i);
            NodeKind kind = request.getKinds(i);
            Attempt attempt =
                    new Attempt(candidate.getNodeId(), kind, candidate.getIteration(), candidate.getAttempt());
            Facts facts = Facts.of(attempt, request.getTotals(), request.getLabelsMap(), elapsed);
            response.addVerdicts(evaluator.evaluate(request.getGraph(), Phase.ADMIT, outside.complete(i, true, facts)));
        }
        return response.build();
    }

    private static VerdictResponse allowed(int count) {
        return VerdictResponse.newBuilder()
                .addAllVerdicts(Collections.nCopies(count, ALLOW))
                .build();
    }

    private static AdmissionResponse admitted(int count) {
        return AdmissionResponse.newBuilder()
                .addAllVerdicts(Collections.nCopies(count, ALLOW))
                .build();
    }
}
