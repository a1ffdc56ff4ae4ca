package io.ticktock.testkit;

import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/** The objects of an {@link S3Server}, dated by a clock that a test may set. */
final class TimedObjects extends ForwardingBlobStore {

    private final InstantSource clock;
    private final Map<String, Instant> writtenAt = new ConcurrentHashMap<>();

    private final Queue<String> encryptions = new ConcurrentLinkedQueue<>();
    private final AtomicInteger partsToRefuse = new AtomicInteger();

    TimedObjects(BlobStore objects, InstantSource clock) {
        super(objects);
        this.clock = clock;
    }

    void refuseParts(int count) {
        partsToRefuse.set(count);
    }

    List<String> encryptions(String prefix) {
        return encryptions.stream()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .toList();
    }

    @Override
    public MultipartUpload initiateMultipartUpload(CreateMultipartUploadRequest request) {
        encryptions.add(request.key() + " parts " + request.ssekmsKeyId());
        return super.initiateMultipartUpload(request);
    }

    @Override
    public UploadPartResponse uploadMultipartPart(
            MultipartUpload upload, UploadPartRequest request, InputStream content) {
        if (partsToRefuse.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw S3Exception.builder()
                    .statusCode(500)
                    .awsErrorDetails(AwsErrorDetails.builder()
                            .errorCode("InternalError")
                            .errorMessage("refused by the test")
                            .build())
                    .build();
        }
        return super.uploadMultipartPart(upload, request, content);
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream content) {
        encryptions.add(request.key() + " put " + request.ssekmsKeyId());
        PutObjectResponse response = super.putBlob(request, content);
        writtenAt.put(request.key(), clock.instant());
        return response;
    }

    @Override
    public CopyObjectResponse copyBlob(CopyObjectRequest request) {
        encryptions.add(request.destinationKey() + " copy " + request.ssekmsKeyId());
        CopyObjectResponse response = super.copyBlob(request);
        writtenAt.put(request.destinationKey(), clock.instant());
        return response;
    }

    @Override
    public CompleteMultipartUploadResponse completeMultipartUpload(
            MultipartUpload upload, CompleteMultipartUploadRequest request) {
        CompleteMultipartUploadResponse response = super.completeMultipartUpload(upload, request);
        writtenAt.put(request.key(), clock.instant());
        return response;
    }

    @Override
    public HeadObjectResponse blobMetadata(HeadObjectRequest request) {
        HeadObjectResponse response = super.blobMetadata(request);
        return response.toBuilder()
                .lastModified(at(request.key(), response.lastModified()))
                .build();
    }

    @Override
    public ListObjectsV2Response list(ListObjectsV2Request request) {
        ListObjectsV2Response response = super.list(request);
        List<S3Object> dated = response.contents().stream()
                .map(object -> object.toBuilder()
                        .lastModified(at(object.key(), object.lastModified()))
                        .build())
                .toList();
        return response.toBuilder().contents(dated).build();
    }

    private Instant at(String key, Instant unknown) {
        return writtenAt.getOrDefault(key, unknown);
    }
}
