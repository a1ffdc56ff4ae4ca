package io.ticktock.blob;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.client.config.SdkAdvancedAsyncClientOption;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;

/** The SDK's client: bounds for connections, times and retries, and credentials from where the SDK finds them. */
final class S3Client {

    private static final int EVENT_LOOPS = 2;

    /** Requests that may wait for a connection; the bounds of uploads and reads keep them far below that. */
    private static final int MAX_WAITING = 20_000;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

    private final EventLoopGroup eventLoops;
    private final S3AsyncClient requests;

    private S3Client(EventLoopGroup eventLoops, S3AsyncClient requests) {
        this.eventLoops = eventLoops;
        this.requests = requests;
    }

    /** Blocks while it looks for credentials and region; a Failure says which of them is missing. */
    static S3Client connect(S3Configuration configuration) {
        AwsCredentialsProvider credentials = credentials();
        Region region = region(configuration);
        EventLoopGroup eventLoops = eventLoops();
        return new S3Client(eventLoops, requests(configuration, credentials, region, eventLoops));
    }

    /** The SDK knows this kind of group by name, and no newer one. */
    @SuppressWarnings("deprecation")
    private static EventLoopGroup eventLoops() {
        return new NioEventLoopGroup(EVENT_LOOPS, new DefaultThreadFactory("blob-s3", true));
    }

    S3AsyncClient requests() {
        return requests;
    }

    /** Its own event loops, since the client would take two seconds to end its. */
    void close() {
        requests.close();
        eventLoops.shutdownGracefully(50, 1_000, TimeUnit.MILLISECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
    }

    private static S3AsyncClient requests(
            S3Configuration configuration,
            AwsCredentialsProvider credentials,
            Region region,
            EventLoopGroup eventLoops) {
        S3AsyncClientBuilder builder = S3AsyncClient.builder()
                .credentialsProvider(credentials)
                .region(region)
                .forcePathStyle(configuration.pathStyle())
                .disableS3ExpressSessionAuth(true)
                // Each request has the SHA-256 of its content already, and what is read is checked against its name.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(calls(configuration))
                // Nothing is done there but to go over to the event loop of who asked.
                .asyncConfiguration(async ->
                        async.advancedOption(SdkAdvancedAsyncClientOption.FUTURE_COMPLETION_EXECUTOR, Runnable::run))
                .httpClientBuilder(NettyNioAsyncHttpClient.builder()
                        .maxConcurrency(configuration.maxConnections())
                        .maxPendingConnectionAcquires(MAX_WAITING)
                        .connectionAcquisitionTimeout(configuration.requestTimeout())
                        .connectionTimeout(CONNECT_TIMEOUT)
                        .eventLoopGroup(SdkEventLoopGroup.create(eventLoops, NioSocketChannel::new)));
        configuration.endpoint().ifPresent(builder::endpointOverride);
        return builder.build();
    }

    private static ClientOverrideConfiguration calls(S3Configuration configuration) {
        return ClientOverrideConfiguration.builder()
                .apiCallAttemptTimeout(configuration.requestTimeout())
                .apiCallTimeout(configuration.requestTimeout().multipliedBy(configuration.maxAttempts()))
                .retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                        .maxAttempts(configuration.maxAttempts())
                        .build())
                .build();
    }

    private static AwsCredentialsProvider credentials() {
        DefaultCredentialsProvider chain = DefaultCredentialsProvider.builder().build();
        try {
            chain.resolveCredentials();
            return chain;
        } catch (SdkClientException e) {
            throw new Failure(
                    FailureCode.FAILED_PRECONDITION,
                    "blob.store is s3, and there are no credentials for it: set AWS_ACCESS_KEY_ID and"
                            + " AWS_SECRET_ACCESS_KEY, name a profile in AWS_PROFILE, or give the machine a role",
                    e);
        }
    }

    private static Region region(S3Configuration configuration) {
        return configuration.region().map(Region::of).orElseGet(S3Client::regionOfEnvironment);
    }

    private static Region regionOfEnvironment() {
        try {
            return DefaultAwsRegionProviderChain.builder().build().getRegion();
        } catch (SdkClientException e) {
            throw new Failure(
                    FailureCode.FAILED_PRECONDITION,
                    "blob.s3.region must name the bucket's region, such as eu-central-1, where AWS_REGION does not",
                    e);
        }
    }
}
