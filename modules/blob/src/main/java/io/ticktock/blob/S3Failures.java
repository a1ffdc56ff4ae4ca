package io.ticktock.blob;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.Future;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** What the SDK throws, as what callers of a {@link BlobStore} are told. */
final class S3Failures {

    private static final Logger LOG = LoggerFactory.getLogger(S3Failures.class);

    private static final int INSUFFICIENT_STORAGE = 507;
    private static final Set<String> WRONG_REGION =
            Set.of("PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException");
    private static final Set<String> WRONG_CREDENTIALS = Set.of(
            "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "RequestTimeTooSkewed");

    private S3Failures() {}

    static <T> Future<T> failed(Throwable cause) {
        return Future.failedFuture(failure(cause));
    }

    private static Throwable failure(Throwable cause) {
        if (cause instanceof NoSuchKeyException) {
            return BlobStore.noSuchBlob();
        }
        if (!(cause instanceof SdkException)) {
            return cause;
        }
        LOG.warn("The storage behind blob.s3 failed: {}", cause.getMessage());
        if (S3Bucket.hasStatus(cause, INSUFFICIENT_STORAGE)) {
            return new Failure(
                    FailureCode.OVERLOADED, "no space is left for blobs; try again when some has been freed", cause);
        }
        return new Failure(FailureCode.UNAVAILABLE, "the storage for blobs failed; try again later", cause);
    }

    /** At a start somebody looks who can mend it, so these say which key to look at. */
    static <T> Future<T> failedAtStart(Throwable cause, S3Configuration configuration) {
        if (!(cause instanceof SdkException)) {
            return Future.failedFuture(cause);
        }
        LOG.debug("The bucket cannot be used", cause);
        return cause instanceof AwsServiceException refused
                ? Future.failedFuture(refusedAtStart(refused, configuration))
                : Future.failedFuture(new Failure(
                        FailureCode.UNAVAILABLE,
                        "blob.s3.endpoint: no answer from " + configuration.place() + ": " + reason(cause),
                        cause));
    }

    private static Failure refusedAtStart(AwsServiceException refused, S3Configuration configuration) {
        String code = refused.awsErrorDetails() == null
                ? "status " + refused.statusCode()
                : refused.awsErrorDetails().errorCode();
        String place = configuration.place();
        if ("NoSuchBucket".equals(code)) {
            return wrong("blob.s3.bucket: there is no " + place + "; make it first", refused);
        }
        if (WRONG_REGION.contains(code)) {
            return wrong("blob.s3.region: " + place + " is in another region than the one given", refused);
        }
        if (WRONG_CREDENTIALS.contains(code)) {
            return wrong("the credentials for blob.s3 are refused by " + place + " (" + code + ")", refused);
        }
        if (code != null && code.startsWith("KMS.")) {
            return wrong("blob.s3.kms_key_id: the key cannot be used (" + code + ")", refused);
        }
        if (refused.statusCode() == 403) {
            return wrong(
                    "the credentials for blob.s3 may not use " + place + " (" + code + "); they need to list it and its"
                            + " multipart uploads, and to get, put and delete objects in it",
                    refused);
        }
        return new Failure(FailureCode.UNAVAILABLE, "blob.s3: " + place + " cannot be used (" + code + ")", refused);
    }

    private static Failure wrong(String message, Throwable cause) {
        return new Failure(FailureCode.FAILED_PRECONDITION, message, cause);
    }

    /** The innermost cause says it, such as that a host is unknown. */
    private static String reason(Throwable cause) {
        Throwable innermost = cause;
        for (int depth = 0; depth < 20 && innermost.getCause() != null; depth++) {
            innermost = innermost.getCause();
        }
        String message = innermost.getMessage();
        return message == null ? innermost.getClass().getSimpleName() : message;
    }
}
