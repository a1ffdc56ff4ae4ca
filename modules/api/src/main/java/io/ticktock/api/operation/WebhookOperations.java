package io.ticktock.api.operation;

import static io.ticktock.api.operation.Operation.OPERATORS;
import static io.ticktock.api.operation.Operation.changing;

import com.github.f4b6a3.uuid.UuidCreator;
import com.google.protobuf.Message;
import io.ticktock.api.access.Caller;
import io.ticktock.api.webhook.WebhookConfiguration;
import io.ticktock.api.webhook.WebhookSecret;
import io.ticktock.api.webhook.WebhookTarget;
import io.ticktock.bus.Address;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.AddDeliveryRequest;
import io.ticktock.proto.v1.CreateWebhookRequest;
import io.ticktock.proto.v1.CreateWebhookResponse;
import io.ticktock.proto.v1.DeleteWebhookRequest;
import io.ticktock.proto.v1.DeleteWebhookResponse;
import io.ticktock.proto.v1.DeliveryState;
import io.ticktock.proto.v1.GetWebhookRequest;
import io.ticktock.proto.v1.GetWebhookResponse;
import io.ticktock.proto.v1.ListDeliveriesRequest;
import io.ticktock.proto.v1.ListDeliveriesResponse;
import io.ticktock.proto.v1.ListWebhooksRequest;
import io.ticktock.proto.v1.ListWebhooksResponse;
import io.ticktock.proto.v1.PendingDelivery;
import io.ticktock.proto.v1.ReadStreamRequest;
import io.ticktock.proto.v1.RetryDeliveryRequest;
import io.ticktock.proto.v1.RetryDeliveryResponse;
import io.ticktock.proto.v1.RotateWebhookSecretRequest;
import io.ticktock.proto.v1.RotateWebhookSecretResponse;
import io.ticktock.proto.v1.TestWebhookRequest;
import io.ticktock.proto.v1.TestWebhookResponse;
import io.ticktock.proto.v1.UpdateWebhookRequest;
import io.ticktock.proto.v1.UpdateWebhookResponse;
import io.ticktock.proto.v1.Webhook;
import io.ticktock.proto.v1.WebhookChanged;
import io.ticktock.proto.v1.WebhookDelivery;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Administers webhooks. Their addresses are often secrets of their own, so whoever may only read graphs and lifetimes does
 * not see them.
 */
public final class WebhookOperations {

    private static final String NOTHING = "";
    private static final String TEST = "test";
    /** Who has mended a server wants to see it before what waits has got through. */
    private static final int TESTS_BESIDE = 100;

    private final Bus bus;
    private final WebhookConfiguration configuration;

    public final Operation<CreateWebhookRequest, CreateWebhookResponse> create;
    public final Operation<GetWebhookRequest, GetWebhookResponse> get;
    public final Operation<ListWebhooksRequest, ListWebhooksResponse> list;
    public final Operation<UpdateWebhookRequest, UpdateWebhookResponse> update;
    public final Operation<DeleteWebhookRequest, DeleteWebhookResponse> delete;
    public final Operation<RotateWebhookSecretRequest, RotateWebhookSecretResponse> rotateSecret;
    public final Operation<TestWebhookRequest, TestWebhookResponse> test;
    public final Operation<ListDeliveriesRequest, ListDeliveriesResponse> deliveries;
    public final Operation<RetryDeliveryRequest, RetryDeliveryResponse> retry;

    public WebhookOperations(Bus bus, WebhookConfiguration configuration) {
        this.bus = bus;
        this.configuration = configuration;
        this.create = changing("webhooks.create", OPERATORS, request -> "webhooks", this::create);
        this.get = looking("webhooks.get", (caller, request) -> {
            Ids.require(request.getWebhookId(), "webhook");
            return bus.request(Addresses.STATE_GET_WEBHOOK, request);
        });
        this.list = looking("webhooks.list", (caller, request) -> bus.request(Addresses.STATE_LIST_WEBHOOKS, request));
        this.update = changing("webhooks.update", OPERATORS, request -> webhook(request.getWebhookId()), this::update);
        this.delete = changing(
                "webhooks.delete",
                OPERATORS,
                request -> webhook(request.getWebhookId()),
                (caller, request) -> change(Addresses.STATE_DELETE_WEBHOOK, request, request.getWebhookId()));
        this.rotateSecret = changing(
                "webhooks.rotate_secret",
                OPERATORS,
                request -> webhook(request.getWebhookId()),
                (caller, request) -> change(
                        Addresses.STATE_ROTATE_WEBHOOK_SECRET,
                        request.toBuilder().setSecret(WebhookSecret.random()).build(),
                        request.getWebhookId()));
        this.test = changing("webhooks.test", OPERATORS, request -> webhook(request.getWebhookId()), this::test);
        this.deliveries = looking("deliveries.list", (caller, request) -> {
            Ids.require(request.getWebhookId(), "webhook");
            return bus.request(Addresses.STATE_LIST_DELIVERIES, request);
        });
        this.retry = changing(
                "deliveries.retry",
                OPERATORS,
                request -> webhook(request.getWebhookId()) + "/deliveries/" + request.getEventId(),
                (caller, request) -> change(Addresses.STATE_RETRY_DELIVERY, request, request.getWebhookId()));
    }

    private static <Q extends Message, R> Operation<Q, R> looking(String name, BiFunction<Caller, Q, Future<R>> body) {
        Function<Q, String> nothing = request -> NOTHING;
        return new Operation<>(name, OPERATORS, Operation.Scope.OWN, nothing, body);
    }

    private static String webhook(String id) {
        return "webhooks/" + id;
    }

    /** Whoever delivers looks soon anyway; a hint spares the wait. */
    private <Q extends Message, R extends Message> Future<R> change(Address<Q, R> address, Q request, String id) {
        Ids.require(id, "webhook");
        return bus.request(address, request)
                .onSuccess(changed -> bus.publish(
                        Addresses.API_WEBHOOK_CHANGED,
                        WebhookChanged.newBuilder().setWebhookId(id).build()));
    }

    /** What is sent begins with what becomes durable after this. */
    private Future<CreateWebhookResponse> create(Caller caller, CreateWebhookRequest asked) {
        requireTarget(asked.getWebhook().getUrl());
        String id = UuidCreator.getTimeOrderedEpoch().toString();
        Webhook webhook = asked.getWebhook().toBuilder()
                .setWebhookId(id)
                .setCreatedBy(caller.actor())
                .build();
        return bus.request(
                        Addresses.STATE_READ_STREAM,
                        ReadStreamRequest.newBuilder()
                                .setTenantId(caller.tenantId())
                                .build())
                .map(now -> CreateWebhookRequest.newBuilder()
                        .setTenantId(caller.tenantId())
                        .setWebhook(webhook)
                        .setPosition(now.getPosition())
                        .setSecret(WebhookSecret.random())
                        .setMostWebhooks(configuration.maxPerTenant())
                        .build())
                .compose(request -> change(Addresses.STATE_CREATE_WEBHOOK, request, id));
    }

    private Future<UpdateWebhookResponse> update(Caller caller, UpdateWebhookRequest request) {
        if (request.getUpdateMask().getPathsList().contains("url")) {
            requireTarget(request.getWebhook().getUrl());
        }
        return change(Addresses.STATE_UPDATE_WEBHOOK, request, request.getWebhookId());
    }

    private void requireTarget(String url) {
        try {
            WebhookTarget.parse(url, configuration.allowHttp());
        } catch (IllegalArgumentException e) {
            throw new Failure(FailureCode.INVALID_ARGUMENT, e.getMessage(), e);
        }
    }

    private Future<TestWebhookResponse> test(Caller caller, TestWebhookRequest request) {
        Instant now = Instant.now();
        WebhookDelivery delivery = WebhookDelivery.newBuilder()
                .setEventId("evt_" + UuidCreator.getTimeOrderedEpoch())
                .setEventType(TEST)
                .setState(DeliveryState.DELIVERY_STATE_WAITING)
                .setCreatedAt(ProtoTime.timestamp(now))
                .setNextAttemptAt(ProtoTime.timestamp(now))
                .build();
        AddDeliveryRequest adding = AddDeliveryRequest.newBuilder()
                .setTenantId(request.getTenantId())
                .setWebhookId(request.getWebhookId())
                .setDelivery(PendingDelivery.newBuilder().setDelivery(delivery))
                .setMostWaiting(configuration.maxWaiting() + TESTS_BESIDE)
                .build();
        return change(Addresses.STATE_ADD_DELIVERY, adding, request.getWebhookId())
                .map(added -> TestWebhookResponse.newBuilder()
                        .setDelivery(added.getDelivery())
                        .build());
    }
}
