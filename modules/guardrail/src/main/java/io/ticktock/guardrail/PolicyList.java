package io.ticktock.guardrail;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.guardrail.policy.PolicySet;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.GuardrailPolicy;
import io.ticktock.proto.v1.ListGraphsRequest;
import io.ticktock.proto.v1.ListGraphsResponse;
import io.ticktock.proto.v1.ListPoliciesRequest;
import io.ticktock.proto.v1.ListPoliciesResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Tells a tenant which policies it is bound by. Policies are everybody's, but those that name graphs tell of the graphs of
 * whom they were made for, so that they are told to those only who have such a graph.
 */
final class PolicyList {

    private static final int USUAL_PAGE = 50;
    private static final int MOST_PAGE = 200;
    /** Of one tenant, by name; what is about others than these is not told. */
    private static final int MOST_GRAPHS = 2_000;

    private final Vertx vertx;
    private final Supplier<PolicySet> inForce;
    private final Function<ListGraphsRequest, Future<ListGraphsResponse>> graphs;

    /** @param graphs where it reads which graphs a tenant has */
    PolicyList(
            Vertx vertx, Supplier<PolicySet> inForce, Function<ListGraphsRequest, Future<ListGraphsResponse>> graphs) {
        this.vertx = vertx;
        this.inForce = inForce;
        this.graphs = graphs;
    }

    Future<ListPoliciesResponse> list(ListPoliciesRequest request) {
        int size = size(request.getPageSize());
        String place = place(request);
        PolicySet policies = inForce.get();
        if (!policies.namesGraphs()) {
            return Future.succeededFuture(page(request, place, size, policies, Set.of()));
        }
        // Many globs on many names are too much for an event loop.
        return names(request.getTenantId(), "", new TreeSet<>())
                .compose(names -> vertx.executeBlocking(() -> page(request, place, size, policies, names), false));
    }

    private static int size(int asked) {
        if (asked < 0 || asked > MOST_PAGE) {
            throw new Failure(
                    FailureCode.INVALID_ARGUMENT,
                    "page_size must be 1 to " + MOST_PAGE + ", or 0 for " + USUAL_PAGE + ", not " + asked);
        }
        return asked == 0 ? USUAL_PAGE : asked;
    }

    private Future<Set<String>> names(String tenantId, String token, Set<String> before) {
        ListGraphsRequest request = ListGraphsRequest.newBuilder()
                .setTenantId(tenantId)
                .setPageSize(MOST_PAGE)
                .setPageToken(token)
                .build();
        return graphs.apply(request).compose(page -> {
            page.getGraphsList().stream().map(GraphReference::getName).forEach(before::add);
            return page.getNextPageToken().isEmpty() || before.size() >= MOST_GRAPHS
                    ? Future.succeededFuture(before)
                    : names(tenantId, page.getNextPageToken(), before);
        });
    }

    /** The name behind which the page begins; a token of another tenant's is as good as none that there ever was. */
    private static String place(ListPoliciesRequest request) {
        String token = request.getPageToken();
        String mark = mark(request.getTenantId());
        if (token.isEmpty()) {
            return "";
        }
        if (!token.startsWith(mark)) {
            throw new Failure(
                    FailureCode.INVALID_ARGUMENT, "page_token must be the next_page_token of the page before");
        }
        return token.substring(mark.length());
    }

    private static String mark(String tenantId) {
        return UUID.nameUUIDFromBytes(("policies of " + tenantId).getBytes(StandardCharsets.UTF_8)) + ".";
    }

    /** The token has the name behind which the next page begins, whichever policies are in force by then. */
    private static ListPoliciesResponse page(
            ListPoliciesRequest request, String place, int size, PolicySet policies, Set<String> graphNames) {
        List<GuardrailPolicy> behind = policies.concerning(graphNames).stream()
                .filter(policy -> policy.getName().compareTo(place) > 0)
                .toList();
        ListPoliciesResponse.Builder page = ListPoliciesResponse.newBuilder().setPolicyDigest(policies.digest());
        page.addAllPolicies(behind.subList(0, Math.min(size, behind.size())));
        if (behind.size() > size) {
            page.setNextPageToken(
                    mark(request.getTenantId()) + behind.get(size - 1).getName());
        }
        return page.build();
    }
}
