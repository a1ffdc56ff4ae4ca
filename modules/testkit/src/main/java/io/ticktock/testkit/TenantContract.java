package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.FieldMask;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.*;
import io.ticktock.state.StateStore;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store does with tenants and their keys. The store of a test may hold what earlier tests left. */
public abstract class TenantContract {

    private static final ByteString DIGEST = ByteString.copyFrom(new byte[32]);

    private final String one = "one-" + System.nanoTime();
    private final String other = "other-" + System.nanoTime();
    private final String absent = "absent-" + System.nanoTime();
    private StateStore store;

    protected abstract StateStore open();

    @BeforeEach
    void openStore() {
        store = open();
    }

    @AfterEach
    void closeStore() {
        result(store.close());
    }

    // tenants

    @Test
    void aTenantIsCreatedOnce() {
        Tenant created = create(one);
        assertEquals(tenant(one), created.toBuilder().clearCreatedAt().build());
        assertTrue(created.hasCreatedAt());
        assertEquals(created, create(one), "the same request has the same answer");
        assertEquals(created, get(one));
    }

    @Test
    void aTenantNeverChanges() {
        Tenant created = create(one);
        for (Tenant another : List.of(
                tenant(one).toBuilder().setDisplayName("another").build(),
                tenant(one).toBuilder().setCreatedBy("another").build())) {
            Failure refused = failure(store.createTenant(request(another)));
            assertEquals(FailureCode.ALREADY_EXISTS, refused.code());
        }
        assertEquals(created, get(one));
    }

    // quotas

    @Test
    void aTenantIsCreatedWithQuotas() {
        Quotas quotas = Quotas.newBuilder()
                .setStartsPerSecond(5)
                .setStoredBytes(1L << 40)
                .build();
        Tenant asked = tenant(one).toBuilder().setQuotas(quotas).build();
        Tenant created = result(store.createTenant(request(asked))).getTenant();
        assertEquals(quotas, created.getQuotas());
        assertEquals(created, get(one));
        assertEquals(quotas, quotas(one, 0).getQuotas());
        assertEquals(1L << 40, quotas(one, 0).getMostStoredBytes());
        assertEquals(
                FailureCode.ALREADY_EXISTS,
                failure(store.createTenant(request(tenant(one)))).code());
    }

    @Test
    void quotasAreSetAndTakenAwayOneByOne() {
        create(one);
        create(other);
        Quotas both =
                Quotas.newBuilder().setStartsPerSecond(5).setRunningLifetimes(7).build();
        Tenant updated = update(one, both, "starts_per_second", "running_lifetimes");
        assertEquals(both, updated.getQuotas());
        assertEquals(updated, get(one));
        Quotas more =
                Quotas.newBuilder().setExecutionsInFlight(9).setStoredBytes(1).build();
        assertEquals(
                both.toBuilder().setExecutionsInFlight(9).build(),
                update(one, more, "executions_in_flight").getQuotas(),
                "what is not named stays");
        assertEquals(
                Quotas.newBuilder()
                        .setRunningLifetimes(7)
                        .setExecutionsInFlight(9)
                        .build(),
                update(one, Quotas.getDefaultInstance(), "starts_per_second").getQuotas());
        assertEquals(
                tenant(one),
                update(one, Quotas.getDefaultInstance(), "running_lifetimes", "executions_in_flight").toBuilder()
                        .clearCreatedAt()
                        .build(),
                "as it was created");
        assertEquals(Quotas.getDefaultInstance(), quotas(other, 0).getQuotas());
    }

    @Test
    void wrongQuotasAreRefused() {
        create(one);
        Quotas none = Quotas.getDefaultInstance();
        for (long wrong : new long[] {0, -1, Long.MIN_VALUE}) {
            Quotas quotas = Quotas.newBuilder().setStartBurst(wrong).build();
            assertInvalid(store.updateTenant(updating(one, quotas, "start_burst")));
            assertInvalid(store.createTenant(
                    request(tenant(other).toBuilder().setQuotas(quotas).build())));
        }
        assertInvalid(store.updateTenant(updating(one, none)));
        assertInvalid(store.updateTenant(updating(one, none, "display_name")));
        assertInvalid(store.updateTenant(updating("", none, "start_burst")));
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(store.updateTenant(updating(absent, none, "start_burst")))
                        .code());
        assertInvalid(store.getQuotas(GetQuotasRequest.getDefaultInstance()));
        assertEquals(none, get(one).getQuotas());
    }

    @Test
    void whatHasNotEndedIsCountedUpToOneMoreThanThereMayBe() {
        assertEquals(0, quotas(absent, 10).getRunningLifetimes());
        create(one);
        StateSamples samples = new StateSamples(one, System.nanoTime());
        Fence fence = AllShards.hold(store, one);
        for (int i = 0; i < 4; i++) {
            result(store.createLifetime(samples.start(fence, samples.lifetimeId())));
        }
        assertEquals(4, quotas(one, 10).getRunningLifetimes());
        assertEquals(3, quotas(one, 2).getRunningLifetimes());
        assertEquals(0, quotas(one, 0).getRunningLifetimes(), "not asked for");
        update(one, Quotas.newBuilder().setRunningLifetimes(1).build(), "running_lifetimes");
        assertEquals(2, quotas(one, 10).getRunningLifetimes(), "the tenant's own counts");
        assertEquals(0, quotas(other, 10).getRunningLifetimes());
        assertTrue(quotas(one, 0).getStoredBytes() > 0);
        assertEquals(0, quotas(other, 0).getStoredBytes());
    }

    private GetQuotasResponse quotas(String tenantId, long mostRunning) {
        return result(store.getQuotas(GetQuotasRequest.newBuilder()
                .setTenantId(tenantId)
                .setMostRunningLifetimes(mostRunning)
                .build()));
    }

    private Tenant update(String tenantId, Quotas quotas, String... named) {
        return result(store.updateTenant(updating(tenantId, quotas, named))).getTenant();
    }

    private static UpdateTenantRequest updating(String tenantId, Quotas quotas, String... named) {
        return UpdateTenantRequest.newBuilder()
                .setTenantId(tenantId)
                .setQuotas(quotas)
                .setUpdateMask(FieldMask.newBuilder().addAllPaths(List.of(named)))
                .build();
    }

    @Test
    void theDefaultTenantIsThereFromTheStart() {
        assertEquals("default", get("default").getTenantId());
        assertTrue(tenants(200).contains(get("default")));
    }

    @Test
    void anUnknownTenantIsNotThere() {
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(store.getTenant(GetTenantRequest.newBuilder()
                                .setTenantId(absent)
                                .build()))
                        .code());
        assertInvalid(store.getTenant(GetTenantRequest.getDefaultInstance()));
    }

    @Test
    void aTenantIsCalledByLettersDigitsAndHyphens() {
        String longest = one + "x".repeat(63 - one.length());
        assertEquals(longest, create(longest).getTenantId());
        for (String wrong : List.of("", "-a", "A", "a_b", "a.b", "a b", "a/b", "ä", "a\n", "a\0", longest + "x")) {
            assertInvalid(store.createTenant(request(tenant(wrong))));
        }
    }

    @Test
    void whatIsForPeopleIsBounded() {
        Tenant.Builder longest = tenant(one).toBuilder().setDisplayName("😀".repeat(200));
        assertEquals(
                longest.getDisplayName(),
                result(store.createTenant(request(longest.build()))).getTenant().getDisplayName());
        for (String wrong : List.of("x".repeat(201), "a\0b")) {
            assertInvalid(store.createTenant(
                    request(tenant(other).toBuilder().setDisplayName(wrong).build())));
            assertInvalid(store.createTenant(
                    request(tenant(other).toBuilder().setCreatedBy(wrong).build())));
        }
    }

    @Test
    void tenantsAreListedInTheOrderOfTheirIdsWhateverThePages() {
        List<String> ids =
                IntStream.range(0, 5).mapToObj(i -> one + "-" + (i + 1) * 2 % 5).toList();
        ids.forEach(this::create);
        List<Tenant> expected = ids.stream().sorted().map(this::get).toList();
        for (int size : List.of(1, 2, 5, 0, 200)) {
            List<Tenant> listed = tenants(size);
            assertEquals(
                    listed.stream().map(Tenant::getTenantId).sorted().distinct().toList(),
                    listed.stream().map(Tenant::getTenantId).toList());
            assertEquals(
                    expected,
                    listed.stream()
                            .filter(tenant -> tenant.getTenantId().startsWith(one))
                            .toList(),
                    "pages of " + size);
        }
    }

    // keys

    @Test
    void aKeyIsCreatedOnceAndFoundByItsId() {
        create(one);
        ApiKey created = createKey(one, one);
        assertEquals(key(one, one), created.toBuilder().clearCreatedAt().build());
        assertTrue(created.hasCreatedAt());
        assertEquals(created, createKey(one, one), "the same request has the same answer");

        FindApiKeyResponse found = find(one);
        assertEquals(created, found.getKey());
        assertEquals(DIGEST, found.getSecretDigest());
    }

    @Test
    void aKeyIdIsUsedOnceAmongAllTenants() {
        create(one);
        create(other);
        ApiKey created = createKey(one, one);
        byte[] otherDigest = new byte[32];
        otherDigest[31] = 1;
        List<CreateApiKeyRequest> others = List.of(
                keyRequest(key(other, one)),
                keyRequest(key(one, one).toBuilder().addRoles(Role.ROLE_ADMIN).build()),
                keyRequest(key(one, one).toBuilder().setDisplayName("another").build()),
                keyRequest(key(one, one)).toBuilder()
                        .setSecretDigest(ByteString.copyFrom(otherDigest))
                        .build());
        List<String> told = new ArrayList<>();
        for (CreateApiKeyRequest another : others) {
            Failure refused = failure(store.createApiKey(another));
            assertEquals(FailureCode.ALREADY_EXISTS, refused.code());
            told.add(refused.getMessage());
        }
        assertEquals(1, told.stream().distinct().count(), "whose the id is must not be told: " + told);
        assertEquals(created, find(one).getKey());
        assertEquals(List.of(), keys(other, 0));
    }

    @Test
    void anUnknownTenantHasNoKeys() {
        create(one);
        createKey(one, one);
        for (String keyId : List.of(one, absent)) {
            assertEquals("there is no tenant " + absent, notFound(store.createApiKey(keyRequest(key(absent, keyId)))));
        }
        assertEquals("there is no tenant " + absent, notFound(store.listApiKeys(listKeys(absent))));
        assertFalse(find(absent).hasKey());
    }

    @Test
    void aWrongKeyIsRefused() {
        create(one);
        ApiKey right = key(one, one);
        for (ApiKey wrong : List.of(
                right.toBuilder().clearTenantId().build(),
                right.toBuilder().clearKeyId().build(),
                right.toBuilder().setKeyId("a.b").build(),
                right.toBuilder().setKeyId("x".repeat(65)).build(),
                right.toBuilder().clearRoles().build(),
                right.toBuilder().addRoles(Role.ROLE_UNSPECIFIED).build(),
                right.toBuilder().addRolesValue(99).build(),
                right.toBuilder().addRoles(right.getRoles(0)).build(),
                right.toBuilder().setDisplayName("x".repeat(201)).build(),
                right.toBuilder().setCreatedBy("a\0b").build(),
                right.toBuilder().setRevokedBy("someone").build())) {
            assertInvalid(store.createApiKey(keyRequest(wrong)));
        }
        for (int size : new int[] {0, 31, 33}) {
            assertInvalid(store.createApiKey(keyRequest(right).toBuilder()
                    .setSecretDigest(ByteString.copyFrom(new byte[size]))
                    .build()));
        }
        assertFalse(find(one).hasKey());
    }

    @Test
    void aKeyIsRevokedOnceAndForGood() {
        create(one);
        ApiKey created = createKey(one, one);
        ApiKey revoked = result(store.revokeApiKey(revoke(one, one, "first"))).getKey();
        assertEquals(
                created.toBuilder().setRevokedBy("first").build(),
                revoked.toBuilder().clearRevokedAt().build());
        assertTrue(revoked.hasRevokedAt());

        assertEquals(
                revoked, result(store.revokeApiKey(revoke(one, one, "second"))).getKey());
        assertEquals(revoked, find(one).getKey());
        assertEquals(DIGEST, find(one).getSecretDigest());
        assertEquals(List.of(revoked), keys(one, 0));
        assertEquals(revoked, createKey(one, one), "it does not come back by being created again");
    }

    @Test
    void anothersKeyIsNotThereToRevoke() {
        create(one);
        create(other);
        createKey(one, one);
        String foreign = notFound(store.revokeApiKey(revoke(other, one, "someone")));
        assertEquals(foreign, notFound(store.revokeApiKey(revoke(absent, one, "someone"))));
        String unknown = notFound(store.revokeApiKey(revoke(other, absent, "someone")));
        assertEquals(foreign.replace(one, absent), unknown);
        for (String wrong : List.of("", "a b", "a\0")) {
            notFound(store.revokeApiKey(revoke(other, wrong, "someone")));
        }
        assertFalse(find(one).getKey().hasRevokedAt());
    }

    @Test
    void whatCannotBeAKeyIdIsNotFound() {
        for (String wrong : List.of("", "a b", "a\0", "x".repeat(10_000), "%")) {
            assertEquals(FindApiKeyResponse.getDefaultInstance(), find(wrong));
        }
    }

    @Test
    void aTenantsKeysAreListedInTheOrderOfTheirIdsWhateverThePages() {
        create(one);
        create(other);
        List<ApiKey> expected = IntStream.range(0, 5)
                .mapToObj(i -> createKey(one, "k" + i + one))
                .toList();
        createKey(other, "k" + 2 + other);
        for (int size : List.of(1, 2, 5, 0, 200)) {
            assertEquals(expected, keys(one, size), "pages of " + size);
        }
    }

    @Test
    void aPageTokenIsGoodForItsListOnly() {
        create(one);
        create(other);
        for (String tenantId : List.of(one, other)) {
            createKey(tenantId, tenantId);
        }
        String tokenOfOne = result(store.listApiKeys(
                        listKeys(one).toBuilder().setPageSize(1).build()))
                .getNextPageToken();
        String tokenOfTenants = result(store.listTenants(
                        ListTenantsRequest.newBuilder().setPageSize(1).build()))
                .getNextPageToken();
        assertNotEquals("", tokenOfOne);
        assertNotEquals("", tokenOfTenants);
        for (String wrong : List.of(tokenOfOne, tokenOfTenants, "x", one, tokenOfOne.substring(0, 16), "\0")) {
            assertInvalid(store.listApiKeys(
                    listKeys(other).toBuilder().setPageToken(wrong).build()));
        }
        for (String wrong : List.of(tokenOfOne, "x", one, tokenOfTenants.substring(1))) {
            assertInvalid(store.listTenants(
                    ListTenantsRequest.newBuilder().setPageToken(wrong).build()));
        }
    }

    @Test
    void pagesOutOfRangeAreRefused() {
        create(one);
        for (int size : new int[] {-1, 201}) {
            assertInvalid(store.listTenants(
                    ListTenantsRequest.newBuilder().setPageSize(size).build()));
            assertInvalid(store.listApiKeys(
                    listKeys(one).toBuilder().setPageSize(size).build()));
        }
    }

    private Tenant create(String tenantId) {
        return result(store.createTenant(request(tenant(tenantId)))).getTenant();
    }

    private Tenant get(String tenantId) {
        return result(store.getTenant(
                        GetTenantRequest.newBuilder().setTenantId(tenantId).build()))
                .getTenant();
    }

    private ApiKey createKey(String tenantId, String keyId) {
        return result(store.createApiKey(keyRequest(key(tenantId, keyId)))).getKey();
    }

    private FindApiKeyResponse find(String keyId) {
        return result(
                store.findApiKey(FindApiKeyRequest.newBuilder().setKeyId(keyId).build()));
    }

    private List<Tenant> tenants(int size) {
        ListTenantsRequest.Builder request = ListTenantsRequest.newBuilder().setPageSize(size);
        List<Tenant> listed = new ArrayList<>();
        do {
            ListTenantsResponse page = result(store.listTenants(request.build()));
            listed.addAll(page.getTenantsList());
            request.setPageToken(page.getNextPageToken());
        } while (!request.getPageToken().isEmpty() && listed.size() < 10_000);
        return listed;
    }

    private List<ApiKey> keys(String tenantId, int size) {
        ListApiKeysRequest.Builder request = listKeys(tenantId).toBuilder().setPageSize(size);
        List<ApiKey> listed = new ArrayList<>();
        do {
            ListApiKeysResponse page = result(store.listApiKeys(request.build()));
            listed.addAll(page.getKeysList());
            request.setPageToken(page.getNextPageToken());
        } while (!request.getPageToken().isEmpty() && listed.size() < 10_000);
        return listed;
    }

    private static Tenant tenant(String tenantId) {
        return Tenant.newBuilder()
                .setTenantId(tenantId)
                .setDisplayName("for people")
                .setCreatedBy("someone")
                .build();
    }

    private static CreateTenantRequest request(Tenant tenant) {
        return CreateTenantRequest.newBuilder().setTenant(tenant).build();
    }

    private static ApiKey key(String tenantId, String keyId) {
        return ApiKey.newBuilder()
                .setTenantId(tenantId)
                .setKeyId(keyId)
                .addRoles(Role.ROLE_READER)
                .addRoles(Role.ROLE_OPERATOR)
                .setDisplayName("for people")
                .setCreatedBy("someone")
                .build();
    }

    private static CreateApiKeyRequest keyRequest(ApiKey key) {
        return CreateApiKeyRequest.newBuilder()
                .setKey(key)
                .setSecretDigest(DIGEST)
                .build();
    }

    private static ListApiKeysRequest listKeys(String tenantId) {
        return ListApiKeysRequest.newBuilder().setTenantId(tenantId).build();
    }

    private static RevokeApiKeyRequest revoke(String tenantId, String keyId, String actor) {
        return RevokeApiKeyRequest.newBuilder()
                .setTenantId(tenantId)
                .setKeyId(keyId)
                .setActor(actor)
                .build();
    }

    private static String notFound(Future<?> future) {
        Failure refused = failure(future);
        assertEquals(FailureCode.NOT_FOUND, refused.code());
        return refused.getMessage();
    }

    private static void assertInvalid(Future<?> future) {
        assertEquals(FailureCode.INVALID_ARGUMENT, failure(future).code());
    }
}
