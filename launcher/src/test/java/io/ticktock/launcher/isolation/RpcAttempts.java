package io.ticktock.launcher.isolation;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.ticktock.testkit.Awaiting;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.reflection.v1.ServerReflectionRequest;
import io.vertx.grpc.reflection.v1.ServerReflectionResponse;
import io.vertx.grpc.reflection.v1.ServiceResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Attempts at all rpcs, from what the server tells of itself. */
public final class RpcAttempts implements AutoCloseable {

    /** They know of no tenant: what they answer is the same for everybody, with a key or without. */
    private static final Set<String> OF_NOBODY = Set.of("grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection");

    private static final long LONGEST_ANSWER_S = 10;

    private final Context context;
    private final GrpcClient client;
    private final SocketAddress server;
    private final Set<String> notServed = new TreeSet<>();

    public RpcAttempts(Vertx vertx, SocketAddress server) {
        this.context = vertx.getOrCreateContext();
        this.client = GrpcClient.client(vertx);
        this.server = server;
    }

    /**
     * At least one of every rpc that is served.
     *
     * @param key whose holder may call all of them
     */
    public List<Attempt> all(String key) {
        List<Attempt> attempts = new ArrayList<>();
        for (String service : services()) {
            for (MethodDescriptor method : described(service).getMethods()) {
                attempts.addAll(attempts(method, key));
            }
        }
        return attempts;
    }

    /** The rpcs that are in the contract and are not served, found by calling them. */
    public Set<String> notServed() {
        return notServed;
    }

    @Override
    public void close() {
        Awaiting.result(client.close());
    }

    private List<Rpc> attempts(MethodDescriptor method, String key) {
        // A stream that is asked for nothing in particular may have no end.
        RequestShape shapeless = method.isServerStreaming() && !method.isClientStreaming()
                ? RequestShape.of(method.getInputType()).get(0)
                : new RequestShape(List.of(), List.of(), Map.of());
        Rpc empty = new Rpc(method, shapeless);
        if (empty.send(key, Map.of(), 0).status().startsWith("UNIMPLEMENTED")) {
            notServed.add(method.getFullName());
            return List.of();
        }
        return RequestShape.of(method.getInputType()).stream()
                .map(shape -> new Rpc(method, shape))
                .toList();
    }

    private List<String> services() {
        ServerReflectionResponse listed =
                reflect(ServerReflectionRequest.newBuilder().setListServices("").build());
        return listed.getListServicesResponse().getServiceList().stream()
                .map(ServiceResponse::getName)
                .filter(name -> !OF_NOBODY.contains(name))
                .toList();
    }

    private ServiceDescriptor described(String service) {
        ServerReflectionResponse response = reflect(ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol(service)
                .build());
        Map<String, FileDescriptorProto> files = new HashMap<>();
        for (ByteString file : response.getFileDescriptorResponse().getFileDescriptorProtoList()) {
            FileDescriptorProto parsed = parsed(file);
            files.put(parsed.getName(), parsed);
        }
        for (FileDescriptorProto file : List.copyOf(files.values())) {
            ServiceDescriptor found = linked(file, files).findServiceByName(service.replaceAll(".*\\.", ""));
            if (found != null && found.getFullName().equals(service)) {
                return found;
            }
        }
        throw new AssertionError(service + " is in none of the files that describe it: " + files.keySet());
    }

    private FileDescriptor linked(FileDescriptorProto file, Map<String, FileDescriptorProto> files) {
        FileDescriptor[] dependencies = file.getDependencyList().stream()
                .map(name -> linked(files.computeIfAbsent(name, this::file), files))
                .toArray(FileDescriptor[]::new);
        try {
            return FileDescriptor.buildFrom(file, dependencies);
        } catch (DescriptorValidationException e) {
            throw new AssertionError(file.getName() + " is not what it says", e);
        }
    }

    private FileDescriptorProto file(String name) {
        return parsed(reflect(ServerReflectionRequest.newBuilder()
                        .setFileByFilename(name)
                        .build())
                .getFileDescriptorResponse()
                .getFileDescriptorProto(0));
    }

    private static FileDescriptorProto parsed(ByteString file) {
        try {
            return FileDescriptorProto.parseFrom(file);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("no description of a file", e);
        }
    }

    private ServerReflectionResponse reflect(ServerReflectionRequest request) {
        return await(
                "reflection",
                () -> call(
                                "grpc.reflection.v1.ServerReflection",
                                "ServerReflectionInfo",
                                request,
                                ServerReflectionResponse.getDefaultInstance(),
                                "")
                        .compose(GrpcClientResponse::last));
    }

    private <Q extends Message, R extends Message> Future<GrpcClientResponse<Q, R>> call(
            String service, String rpc, Q request, R response, String key) {
        ServiceMethod<R, Q> method = ServiceMethod.client(
                ServiceName.create(service), rpc, GrpcMessageEncoder.encoder(), GrpcMessageDecoder.decoder(response));
        return client.request(server, method).compose(call -> {
            call.headers().set("authorization", "Bearer " + key);
            call.end(request);
            return call.response();
        });
    }

    /** All calls are on one event loop: an answer that is short enough is otherwise over before it is listened to. */
    private <R> R await(String what, Supplier<Future<R>> call) {
        Promise<R> done = Promise.promise();
        context.runOnContext(here -> call.get()
                .timeout(LONGEST_ANSWER_S, TimeUnit.SECONDS)
                .recover(cause -> Future.failedFuture(what + " is not answered: " + cause))
                .onComplete(done));
        return Awaiting.result(done.future());
    }

    /** One rpc, with one of the forms of its request. */
    private final class Rpc implements Attempt {

        private static final Set<String> MAKING =
                Set.of("RegisterGraph", "StartLifetime", "ForkLifetime", "CreateWebhook", "OpenBlob");
        private static final String PAGE_SIZE = "page_size";

        private final MethodDescriptor method;
        private final RequestShape shape;

        private Rpc(MethodDescriptor method, RequestShape shape) {
            this.method = method;
            this.shape = shape;
        }

        @Override
        public String name() {
            return method.getFullName() + shape;
        }

        @Override
        public List<Slot> slots() {
            return shape.slots();
        }

        @Override
        public boolean isReading() {
            return method.getName().matches("(Find|Get|List|Replay|Watch).*");
        }

        @Override
        public boolean isMaking() {
            return MAKING.contains(method.getName());
        }

        @Override
        public Answer send(String key, Map<Slot, String> filling, int pageSize) {
            DynamicMessage.Builder request = shape.message(method.getInputType(), filling).toBuilder();
            if (pageSize > 0) {
                request.setField(method.getInputType().findFieldByName(PAGE_SIZE), pageSize);
            }
            return await(
                    name(),
                    () -> call(
                                    method.getService().getFullName(),
                                    method.getName(),
                                    request.build(),
                                    DynamicMessage.getDefaultInstance(method.getOutputType()),
                                    key)
                            .compose(RpcAttempts::answer));
        }
    }

    /** Whatever its status: the future of its end fails for every one but OK. */
    private static Future<Answer> answer(GrpcClientResponse<DynamicMessage, DynamicMessage> response) {
        StringBuilder messages = new StringBuilder();
        Promise<Answer> answered = Promise.promise();
        response.handler(message -> messages.append(message).append("---\n"));
        response.exceptionHandler(answered::tryFail);
        response.endHandler(ended -> answered.tryComplete(new Answer(
                response.status().name() + " " + response.statusMessage(),
                headers(response.headers(), response.trailers()),
                messages.toString())));
        return answered.future();
    }

    private static SortedMap<String, String> headers(MultiMap... all) {
        SortedMap<String, String> headers = new TreeMap<>();
        for (MultiMap some : all) {
            some.forEach(header -> headers.merge(header.getKey(), readable(header), (one, more) -> one + ", " + more));
        }
        return headers;
    }

    /** What is in base 64 is decoded: what it says is compared, and looked through. */
    private static String readable(Map.Entry<String, String> header) {
        return header.getKey().endsWith("-bin")
                ? new String(Base64.getDecoder().decode(header.getValue()), StandardCharsets.ISO_8859_1)
                : header.getValue();
    }
}
