package io.ticktock.api.http;

import static io.ticktock.api.http.LifetimeJson.word;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.api.operation.PolicyOperations;
import io.ticktock.proto.v1.GuardrailPolicy;
import io.ticktock.proto.v1.ListPoliciesRequest;
import io.ticktock.proto.v1.ListPoliciesResponse;
import io.ticktock.proto.v1.PolicyBudget;
import io.ticktock.proto.v1.PolicyTarget;
import io.vertx.core.Future;
import java.util.List;

/** The route of policies. */
final class PolicyRoutes {

    private final PolicyOperations policies;

    PolicyRoutes(PolicyOperations policies) {
        this.policies = policies;
    }

    List<HttpRoute> routes() {
        return List.of(HttpRoute.get("/v1/policies", "Lists the policies in force, by name.", this::list));
    }

    private Future<HttpAnswer> list(HttpCall call) {
        call.requireQuery(JsonPage.SIZE, JsonPage.TOKEN);
        ListPoliciesRequest request = ListPoliciesRequest.newBuilder()
                .setPageSize(call.pageSize())
                .setPageToken(call.pageToken())
                .build();
        return call.perform(policies.list, request).map(PolicyRoutes::page);
    }

    private static HttpAnswer page(ListPoliciesResponse page) {
        ObjectNode json =
                JsonPage.json("policies", page.getPoliciesList(), PolicyRoutes::json, page.getNextPageToken());
        return HttpAnswer.ok(json.put("policy_digest", page.getPolicyDigest()));
    }

    private static ObjectNode json(GuardrailPolicy policy) {
        ObjectNode json = JsonText.object();
        json.put("policy", policy.getName());
        json.put("scope", word(policy.getScope().name(), "POLICY_SCOPE_"));
        json.put("window", policy.getWindow().isEmpty() ? null : policy.getWindow());
        json.set("applies_to", target(policy.getAppliesTo()));
        json.put("decision", word(policy.getAction().name(), "GUARDRAIL_ACTION_"));
        json.put("message", policy.getMessage());
        switch (policy.getLimitCase()) {
            case CONDITION ->
                json.put("when", policy.getCondition().getWhen())
                        .put("phase", policy.getCondition().getPhase());
            case BUDGET -> json.set("budget", budget(policy.getBudget()));
            case LIMIT_NOT_SET -> {}
        }
        return json;
    }

    /** As a policy file has it: what is not limited is not there. */
    private static ObjectNode target(PolicyTarget target) {
        ObjectNode json = JsonText.object();
        texts(json, "graphs", target.getGraphsList());
        texts(json, "versions", target.getVersionsList());
        texts(json, "nodes", target.getNodesList());
        texts(
                json,
                "kinds",
                target.getKindsList().stream()
                        .map(kind -> word(kind.name(), LifetimeJson.KIND))
                        .toList());
        if (target.getLabelsCount() > 0) {
            target.getLabelsMap().forEach(json.putObject("labels")::put);
        }
        return json;
    }

    private static void texts(ObjectNode json, String field, List<String> texts) {
        if (!texts.isEmpty()) {
            texts.forEach(json.putArray(field)::add);
        }
    }

    private static ObjectNode budget(PolicyBudget budget) {
        ObjectNode json = JsonText.object();
        json.put("metric", word(budget.getMetric().name(), "BUDGET_METRIC_"));
        json.put("amount", budget.getAmount());
        json.put("undeclared", budget.getUndeclared().isEmpty() ? null : budget.getUndeclared());
        return json;
    }
}
