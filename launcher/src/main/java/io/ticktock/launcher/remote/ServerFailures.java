package io.ticktock.launcher.remote;

import com.google.protobuf.Message;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.VertxException;
import io.vertx.grpc.common.GrpcStatus;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** What a server's refusals mean, and its silences: one sentence each. */
final class ServerFailures {

    private final ServerAccess access;

    ServerFailures(ServerAccess access) {
        this.access = access;
    }

    /** Of an rpc that ended without success. */
    Failure of(GrpcStatus status, String message, Message request) {
        return switch (status) {
            case INVALID_ARGUMENT, OUT_OF_RANGE -> new Failure(FailureCode.INVALID_ARGUMENT, message);
            case NOT_FOUND ->
                new Failure(
                        FailureCode.NOT_FOUND, "there is no such thing at " + access + ", or it is another tenant's");
            case ALREADY_EXISTS -> new Failure(FailureCode.ALREADY_EXISTS, message);
            case FAILED_PRECONDITION -> new Failure(FailureCode.FAILED_PRECONDITION, message);
            case ABORTED -> new Failure(FailureCode.STALE, message);
            case RESOURCE_EXHAUSTED -> new Failure(FailureCode.OVERLOADED, message);
            case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED ->
                new Failure(FailureCode.UNAVAILABLE, unavailable(message));
            case UNAUTHENTICATED -> unauthenticated();
            case PERMISSION_DENIED -> new Failure(FailureCode.PERMISSION_DENIED, "the key may not: " + message);
            case UNIMPLEMENTED -> unknownThere(request);
            case OK, UNKNOWN, INTERNAL, DATA_LOSS ->
                new Failure(FailureCode.INTERNAL, access + " failed" + (message == null ? "" : ": " + message));
        };
    }

    private String unavailable(String message) {
        return message == null || message.isEmpty() ? access + " did not answer in time" : message;
    }

    private Failure unauthenticated() {
        return new Failure(
                FailureCode.UNAUTHENTICATED,
                access.key().isPresent()
                        ? access + " does not know the key, or it was revoked"
                        : access + " asks for a key: give one with --key-file, or in TICKTOCK_KEY");
    }

    private Failure unknownThere(Message request) {
        return new Failure(
                FailureCode.FAILED_PRECONDITION,
                access + " does not know " + request.getDescriptorForType().getName()
                        + ": it is of another version than this program, or no Ticktock");
    }

    Failure ofHttp(int status, String what) {
        return switch (status) {
            case 401 -> unauthenticated();
            case 404 -> new Failure(FailureCode.NOT_FOUND, access + " does not have " + what);
            case 429, 503 -> new Failure(FailureCode.UNAVAILABLE, access + " has no time for " + what + "; try again");
            default -> new Failure(FailureCode.INTERNAL, access + " answered " + status + " for " + what);
        };
    }

    /** Of a request that got no answer. */
    Failure of(Throwable cause) {
        if (cause instanceof Failure failure) {
            return failure;
        }
        return new Failure(FailureCode.UNAVAILABLE, access + " " + why(cause), cause);
    }

    private String why(Throwable cause) {
        if (cause instanceof UnknownHostException) {
            return "cannot be reached: there is no host of this name";
        }
        if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
            return "cannot be reached: nothing listens there, or nothing lets through";
        }
        if (has(cause, CertificateException.class)) {
            return "has a certificate that is not trusted, or is of another host; --server-certificate names one to trust";
        }
        if (has(cause, SSLException.class)) {
            return "does not speak TLS as it should; does it want http:// instead of https://?";
        }
        if (cause instanceof TimeoutException) {
            return "did not answer in time";
        }
        if (cause instanceof IOException || cause instanceof VertxException) {
            return "broke off" + (access.address().tls() ? "" : "; does it want https:// instead of http://?");
        }
        return "does not answer as Ticktock does; is the address right?";
    }

    private static boolean has(Throwable cause, Class<? extends Throwable> type) {
        Throwable each = cause;
        for (int depth = 0; each != null && depth < 10; depth++) {
            if (type.isInstance(each)) {
                return true;
            }
            each = each.getCause();
        }
        return false;
    }
}
