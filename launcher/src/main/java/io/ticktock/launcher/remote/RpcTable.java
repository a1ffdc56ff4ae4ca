package io.ticktock.launcher.remote;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Internal;
import com.google.protobuf.Message;
import io.ticktock.proto.v1.Blob;
import io.ticktock.proto.v1.ControlPlane;
import io.ticktock.proto.v1.DataPlane;
import io.ticktock.proto.v1.TenantOuterClass;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which rpc takes which request. No two take the same, so that the request alone tells. */
final class RpcTable {

    private static final Map<Descriptor, MethodDescriptor> BY_REQUEST = Stream.of(
                    ControlPlane.getDescriptor(),
                    DataPlane.getDescriptor(),
                    Blob.getDescriptor(),
                    TenantOuterClass.getDescriptor())
            .flatMap(file -> file.getServices().stream())
            .flatMap(service -> service.getMethods().stream())
            .collect(Collectors.toUnmodifiableMap(MethodDescriptor::getInputType, Function.identity()));

    private RpcTable() {}

    static <Q extends Message, R extends Message> ServiceMethod<R, Q> rpcOf(Q request, Class<R> reply) {
        MethodDescriptor method = BY_REQUEST.get(request.getDescriptorForType());
        if (method == null) {
            throw new IllegalStateException(
                    "no rpc takes a " + request.getDescriptorForType().getName());
        }
        return ServiceMethod.client(
                ServiceName.create(method.getService().getFullName()),
                method.getName(),
                GrpcMessageEncoder.encoder(),
                GrpcMessageDecoder.decoder(Internal.getDefaultInstance(reply)));
    }
}
