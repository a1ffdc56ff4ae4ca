package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.*;
import io.ticktock.state.StateStore;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What every store does with questions to people: decisions ask and close them, and their tenant sees the open ones. */
public abstract class HumanTaskContract {

    private static final Instant MORNING = Instant.parse("2026-03-01T08:00:00Z");

    @RegisterExtension
    final HeldStore held = new HeldStore(this::open);

    private final StateSamples samples = held.samples();
    private final StateSamples others = held.others();

    protected abstract StateStore open();

    @Test
    void aQuestionIsShownAsItWasAsked() {
        String lifetimeId = held.create(samples);
        LifetimeDecision.Builder decision = asking(samples, lifetimeId, 3, samples.execId(), MORNING);
        decision.getEventsBuilder(0).getWaitingBuilder().setTimeoutAt(StateSamples.time(MORNING.plusSeconds(60)));
        append(decision);
        AskedQuestion question = decision.getAskedQuestions(0);
        HumanTask expected = HumanTask.newBuilder()
                .setTenantId(samples.tenantId())
                .setLifetimeId(lifetimeId)
                .setExecId(question.getExecId())
                .setNodeId("review")
                .setGraphName("sample")
                .setGraphVersion("1.0.0")
                .setRequest(decision.getEvents(0).getWaiting().getHuman())
                .setAskedAt(question.getAskedAt())
                .setDeadline(StateSamples.time(MORNING.plusSeconds(60)))
                .build();
        assertEquals(List.of(expected), list(samples).getHumanTasksList());
        assertEquals(expected, get(samples, question.getExecId()));
    }

    @Test
    void aClosedQuestionIsNotListedAndStaysKnown() {
        String lifetimeId = held.create(samples);
        String execId = samples.execId();
        append(asking(samples, lifetimeId, 3, execId, MORNING));
        append(samples.decision(lifetimeId, 3, 1).addClosedQuestionExecIds(execId));
        assertEquals(List.of(), list(samples).getHumanTasksList());
        assertTrue(get(samples, execId).getClosed());
    }

    @Test
    void anExecutionMayAskAgain() {
        String lifetimeId = held.create(samples);
        String execId = samples.execId();
        append(asking(samples, lifetimeId, 3, execId, MORNING));
        append(samples.decision(lifetimeId, 3, 1).addClosedQuestionExecIds(execId));
        append(asking(samples, lifetimeId, 5, execId, MORNING.plusSeconds(5)));
        HumanTask again = get(samples, execId);
        assertFalse(again.getClosed());
        assertEquals("prompt 5", again.getRequest().getPrompt());
        assertEquals(List.of(again), list(samples).getHumanTasksList());
    }

    @Test
    void oneDecisionMayCloseAQuestionAndAskItAgain() {
        String lifetimeId = held.create(samples);
        String execId = samples.execId();
        append(asking(samples, lifetimeId, 3, execId, MORNING));
        append(asking(samples, lifetimeId, 4, execId, MORNING).addClosedQuestionExecIds(execId));
        assertEquals("prompt 4", get(samples, execId).getRequest().getPrompt());
        assertFalse(get(samples, execId).getClosed());
    }

    /** Decisions that come together may be written together. */
    @Test
    void decisionsThatComeTogetherCountInTheirOrder() {
        String lifetimeId = held.create(samples);
        String closed = samples.execId();
        String asked = samples.execId();
        List<Future<?>> appends = new ArrayList<>();
        appends.add(tried(asking(samples, lifetimeId, 3, closed, MORNING)));
        appends.add(tried(samples.decision(lifetimeId, 3, 1).addClosedQuestionExecIds(closed)));
        appends.add(tried(asking(samples, lifetimeId, 5, asked, MORNING)));
        appends.add(tried(samples.decision(lifetimeId, 5, 1).addClosedQuestionExecIds(asked)));
        appends.add(tried(asking(samples, lifetimeId, 7, asked, MORNING)));
        result(Future.all(appends));
        assertTrue(get(samples, closed).getClosed());
        assertEquals("prompt 7", get(samples, asked).getRequest().getPrompt());
        assertEquals(List.of(get(samples, asked)), list(samples).getHumanTasksList());
    }

    @Test
    void theSameDecisionAgainChangesNothing() {
        String lifetimeId = held.create(samples);
        String execId = samples.execId();
        append(asking(samples, lifetimeId, 3, execId, MORNING));
        append(samples.decision(lifetimeId, 3, 1).addClosedQuestionExecIds(execId));
        append(asking(samples, lifetimeId, 3, execId, MORNING));
        assertTrue(get(samples, execId).getClosed());
    }

    @Test
    void aLifetimeClosesNoQuestionOfAnother() {
        String asker = held.create(samples);
        String execId = samples.execId();
        append(asking(samples, asker, 3, execId, MORNING));
        append(samples.decision(held.create(samples), 2, 1).addClosedQuestionExecIds(execId));
        append(others.decision(held.create(others), 2, 1).addClosedQuestionExecIds(execId));
        assertFalse(get(samples, execId).getClosed());
    }

    @Test
    void theyAreListedOldestFirstPageByPage() {
        List<String> askedInOrder = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            askedInOrder.add(samples.execId());
        }
        for (int i : new int[] {3, 0, 4, 1, 2}) {
            append(asking(samples, held.create(samples), 3, askedInOrder.get(i), MORNING.plusSeconds(i)));
        }
        List<String> listed = new ArrayList<>();
        String token = "";
        int pages = 0;
        do {
            ListHumanTasksResponse page = result(held.store()
                    .listHumanTasks(ListHumanTasksRequest.newBuilder()
                            .setTenantId(samples.tenantId())
                            .setPageSize(2)
                            .setPageToken(token)
                            .build()));
            page.getHumanTasksList().forEach(task -> listed.add(task.getExecId()));
            token = page.getNextPageToken();
            pages++;
        } while (!token.isEmpty() && pages < 10);
        assertEquals(askedInOrder, listed);
        assertEquals(3, pages);
    }

    @Test
    void aPageIsSomeMegabytesAtMost() {
        String details = "\"" + "x".repeat(1_000_000) + "\"";
        for (int i = 0; i < 6; i++) {
            LifetimeDecision.Builder decision =
                    asking(samples, held.create(samples), 3, samples.execId(), MORNING.plusSeconds(i));
            decision.getEventsBuilder(0).getWaitingBuilder().getHumanBuilder().setDetails(samples.payload(details));
            append(decision);
        }
        ListHumanTasksRequest.Builder request =
                ListHumanTasksRequest.newBuilder().setTenantId(samples.tenantId());
        ListHumanTasksResponse first = result(held.store().listHumanTasks(request.build()));
        assertEquals(5, first.getHumanTasksCount());
        ListHumanTasksResponse second = result(held.store()
                .listHumanTasks(request.setPageToken(first.getNextPageToken()).build()));
        assertEquals(1, second.getHumanTasksCount());
        assertEquals("", second.getNextPageToken());
    }

    @Test
    void theyAreFilteredByGraphAndLifetime() {
        String lifetimeId = held.create(samples);
        append(asking(samples, lifetimeId, 3, samples.execId(), MORNING));
        append(asking(samples, held.create(samples), 3, samples.execId(), MORNING));
        ListHumanTasksRequest all = ListHumanTasksRequest.newBuilder()
                .setTenantId(samples.tenantId())
                .build();
        assertEquals(2, count(all));
        assertEquals(2, count(all.toBuilder().setGraphName("sample").build()));
        assertEquals(0, count(all.toBuilder().setGraphName("other").build()));
        assertEquals(1, count(all.toBuilder().setLifetimeId(lifetimeId).build()));
        assertEquals(
                0, count(all.toBuilder().setLifetimeId(samples.lifetimeId()).build()));
    }

    @Test
    void anotherTenantSeesNothingOfThem() {
        String execId = samples.execId();
        append(asking(samples, held.create(samples), 3, execId, MORNING));
        assertEquals(List.of(), list(others).getHumanTasksList());
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(held.store().getHumanTask(request(others, execId))).code());
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(held.store().getHumanTask(request(samples, samples.execId())))
                        .code());
    }

    @Test
    void aClaimKeepsOthersAwayUntilItIsReleased() {
        String execId = asked();
        HumanTask claimed = result(claim(execId, "ann", 600)).getHumanTask();
        assertEquals("ann", claimed.getClaimedBy());
        assertEquals(claimed, get(samples, execId));
        assertEquals(
                FailureCode.ALREADY_EXISTS, failure(claim(execId, "bob", 600)).code());
        assertEquals(
                FailureCode.ALREADY_EXISTS,
                failure(release(execId, "bob", false)).code());
        assertEquals(claimed, get(samples, execId));
        HumanTask longer = result(claim(execId, "ann", 1_200)).getHumanTask();
        assertTrue(longer.getClaimedUntil().getSeconds()
                > claimed.getClaimedUntil().getSeconds());

        assertEquals("", result(release(execId, "ann", false)).getHumanTask().getClaimedBy());
        assertEquals("", result(release(execId, "bob", false)).getHumanTask().getClaimedBy());
        assertEquals("bob", result(claim(execId, "bob", 600)).getHumanTask().getClaimedBy());
        assertEquals("", result(release(execId, "root", true)).getHumanTask().getClaimedBy());
    }

    @Test
    void aClaimRunsOut() throws Exception {
        String execId = asked();
        result(claim(execId, "ann", 1));
        Instant deadline = Instant.now().plusSeconds(20);
        while (!get(samples, execId).getClaimedBy().isEmpty()) {
            assertTrue(Instant.now().isBefore(deadline), "the claim does not run out");
            Thread.sleep(20);
        }
        assertEquals("bob", result(claim(execId, "bob", 600)).getHumanTask().getClaimedBy());
    }

    @Test
    void ofManyClaimsAtOnceOneHolds() {
        String execId = asked();
        List<Future<ClaimHumanTaskResponse>> claims = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            claims.add(claim(execId, "person-" + i, 600));
        }
        assertThrows(AssertionError.class, () -> result(Future.join(claims)));
        List<Future<ClaimHumanTaskResponse>> held =
                claims.stream().filter(Future::succeeded).toList();
        assertEquals(1, held.size());
        assertEquals(held.get(0).result().getHumanTask(), get(samples, execId));
    }

    @Test
    void theyAreFilteredByWhoClaimedThem() {
        String ann = asked();
        String bob = asked();
        String nobody = asked();
        result(claim(ann, "ann", 600));
        result(claim(bob, "bob", 600));
        ListHumanTasksRequest all = ListHumanTasksRequest.newBuilder()
                .setTenantId(samples.tenantId())
                .build();
        assertEquals(List.of(ann), ids(all.toBuilder().setClaimedBy("ann").build()));
        assertEquals(List.of(nobody), ids(all.toBuilder().setUnclaimed(true).build()));
        assertEquals(List.of(), ids(all.toBuilder().setClaimedBy("eve").build()));
        assertEquals(3, ids(all).size());
    }

    private List<String> ids(ListHumanTasksRequest request) {
        return result(held.store().listHumanTasks(request)).getHumanTasksList().stream()
                .map(HumanTask::getExecId)
                .toList();
    }

    @Test
    void whatIsClosedOrAnothersIsNotClaimed() {
        String lifetimeId = held.create(samples);
        String execId = samples.execId();
        append(asking(samples, lifetimeId, 3, execId, MORNING));
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(held.store()
                                .claimHumanTask(ClaimHumanTaskRequest.newBuilder()
                                        .setTenantId(others.tenantId())
                                        .setExecId(execId)
                                        .setActor("eve")
                                        .build()))
                        .code());
        result(claim(execId, "ann", 600));
        append(samples.decision(lifetimeId, 3, 1).addClosedQuestionExecIds(execId));
        assertEquals("", get(samples, execId).getClaimedBy());
        assertEquals(
                FailureCode.FAILED_PRECONDITION,
                failure(claim(execId, "ann", 600)).code());
        append(asking(samples, lifetimeId, 5, execId, MORNING.plusSeconds(5)));
        assertEquals("bob", result(claim(execId, "bob", 600)).getHumanTask().getClaimedBy());
    }

    @Test
    void aClaimHasItsBounds() {
        String execId = asked();
        for (int leaseS : new int[] {-1, 86_401}) {
            assertEquals(
                    FailureCode.INVALID_ARGUMENT,
                    failure(claim(execId, "ann", leaseS)).code());
        }
        assertEquals(FailureCode.INVALID_ARGUMENT, failure(claim(execId, "", 1)).code());
    }

    private String asked() {
        String execId = samples.execId();
        append(asking(samples, held.create(samples), 3, execId, MORNING));
        return execId;
    }

    private Future<ClaimHumanTaskResponse> claim(String execId, String actor, int leaseS) {
        return held.store()
                .claimHumanTask(ClaimHumanTaskRequest.newBuilder()
                        .setTenantId(samples.tenantId())
                        .setExecId(execId)
                        .setActor(actor)
                        .setLeaseS(leaseS)
                        .build());
    }

    private Future<ReleaseHumanTaskResponse> release(String execId, String actor, boolean ofAnybody) {
        return held.store()
                .releaseHumanTask(ReleaseHumanTaskRequest.newBuilder()
                        .setTenantId(samples.tenantId())
                        .setExecId(execId)
                        .setActor(actor)
                        .setOfAnybody(ofAnybody)
                        .build());
    }

    @Test
    void wrongRequestsAreRefused() {
        ListHumanTasksRequest all = ListHumanTasksRequest.newBuilder()
                .setTenantId(samples.tenantId())
                .build();
        for (ListHumanTasksRequest wrong : List.of(
                all.toBuilder().clearTenantId().build(),
                all.toBuilder().setPageSize(201).build(),
                all.toBuilder().setPageToken("nonsense").build(),
                all.toBuilder().setLifetimeId("nonsense").build())) {
            assertEquals(
                    FailureCode.INVALID_ARGUMENT,
                    failure(held.store().listHumanTasks(wrong)).code());
        }
    }

    private static LifetimeDecision.Builder asking(
            StateSamples tenant, String lifetimeId, long seq, String execId, Instant when) {
        LifetimeEvent event = LifetimeEvent.newBuilder()
                .setTenantId(tenant.tenantId())
                .setLifetimeId(lifetimeId)
                .setSeq(seq)
                .setTime(StateSamples.time(when))
                .setWaiting(Waiting.newBuilder()
                        .setExecId(execId)
                        .setHuman(HumanRequest.newBuilder()
                                .setPrompt("prompt " + seq)
                                .setFormSchema("{}")))
                .build();
        return LifetimeDecision.newBuilder()
                .setTenantId(tenant.tenantId())
                .setLifetimeId(lifetimeId)
                .addEvents(event)
                .addAskedQuestions(AskedQuestion.newBuilder()
                        .setExecId(execId)
                        .setNodeId("review")
                        .setSeq(seq)
                        .setAskedAt(event.getTime()));
    }

    private Future<AppendDecisionResponse> tried(LifetimeDecision.Builder decision) {
        return held.append(decision.build());
    }

    private void append(LifetimeDecision.Builder decision) {
        result(tried(decision));
    }

    private int count(ListHumanTasksRequest request) {
        return result(held.store().listHumanTasks(request)).getHumanTasksCount();
    }

    private ListHumanTasksResponse list(StateSamples tenant) {
        return result(held.store()
                .listHumanTasks(ListHumanTasksRequest.newBuilder()
                        .setTenantId(tenant.tenantId())
                        .build()));
    }

    private HumanTask get(StateSamples tenant, String execId) {
        return result(held.store().getHumanTask(request(tenant, execId))).getHumanTask();
    }

    private static GetHumanTaskRequest request(StateSamples tenant, String execId) {
        return GetHumanTaskRequest.newBuilder()
                .setTenantId(tenant.tenantId())
                .setExecId(execId)
                .build();
    }
}
