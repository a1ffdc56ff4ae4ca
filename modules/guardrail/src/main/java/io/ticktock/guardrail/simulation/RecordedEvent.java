package io.ticktock.guardrail.simulation;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.protobuf.WireFormat;
import io.ticktock.guardrail.policy.Outcome;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.Cancelled;
import io.ticktock.proto.v1.ExecutionError;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.Held;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeEvent.EventCase;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Verdict;
import java.io.IOException;

/**
 * What a simulation looks at of an event. A history has millions of them, so the rest is skipped where it lies, and read when
 * {@link #event} is asked for.
 */
public final class RecordedEvent {

    private final ByteString bytes;
    private EventCase kind = EventCase.EVENT_NOT_SET;
    private long decision;
    private long seconds;
    private int nanos;

    private String execId = "";
    private String node = "";
    private int iteration;
    private int attempt;
    private GuardrailAction verdict = GuardrailAction.GUARDRAIL_ACTION_UNSPECIFIED;

    private ExecutionStatus status = ExecutionStatus.EXECUTION_STATUS_UNSPECIFIED;
    private String errorCode = "";
    private PolicyTelemetry telemetry = PolicyTelemetry.getDefaultInstance();
    private long resultSizeBytes;

    private RecordedEvent(ByteString bytes) {
        this.bytes = bytes;
    }

    /**
     * Reads a {@link LifetimeEvent}.
     *
     * @throws InvalidProtocolBufferException when it is none
     */
    public static RecordedEvent read(ByteString bytes) throws InvalidProtocolBufferException {
        RecordedEvent event = new RecordedEvent(bytes);
        try {
            event.readEvent(bytes.newCodedInput());
        } catch (InvalidProtocolBufferException e) {
            throw e;
        } catch (IOException e) {
            throw new InvalidProtocolBufferException(e);
        }
        return event;
    }

    static RecordedEvent of(LifetimeEvent event) {
        try {
            return read(event.toByteString());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("an event cannot be read as it was written", e);
        }
    }

    /** All of it. */
    public LifetimeEvent event() {
        try {
            return LifetimeEvent.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a recorded event cannot be read", e);
        }
    }

    public EventCase kind() {
        return kind;
    }

    /** Of what is scheduled, held, accepted or cancelled. */
    public String execId() {
        return execId;
    }

    /** What guardrails said of what is scheduled, held or accepted; UNSPECIFIED when they did not. */
    public GuardrailAction verdict() {
        return verdict;
    }

    long decision() {
        return decision;
    }

    Timestamp time() {
        return Timestamp.newBuilder().setSeconds(seconds).setNanos(nanos).build();
    }

    /** Of what is scheduled or held, as are {@link #iteration} and {@link #attempt}. */
    String node() {
        return node;
    }

    int iteration() {
        return iteration;
    }

    int attempt() {
        return attempt;
    }

    /** Of what is accepted, as the log tells it. */
    Outcome outcome() {
        return new Outcome(status, errorCode, telemetry, resultSizeBytes);
    }

    PolicyTelemetry telemetry() {
        return telemetry;
    }

    private void readEvent(CodedInputStream in) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            int field = WireFormat.getTagFieldNumber(tag);
            EventCase found = EventCase.forNumber(field);
            if (found != null) {
                kind = found;
            }
            switch (field) {
                case LifetimeEvent.TIME_FIELD_NUMBER -> within(in, this::readTime);
                case LifetimeEvent.DECISION_FIELD_NUMBER -> decision = in.readInt64();
                case LifetimeEvent.SCHEDULED_FIELD_NUMBER -> within(in, this::readScheduled);
                case LifetimeEvent.ACCEPTED_FIELD_NUMBER -> within(in, this::readAccepted);
                case LifetimeEvent.HELD_FIELD_NUMBER -> within(in, this::readHeld);
                case LifetimeEvent.CANCELLED_FIELD_NUMBER -> within(in, this::readCancelled);
                default -> in.skipField(tag);
            }
        }
    }

    private interface Body {
        void read(CodedInputStream in) throws IOException;
    }

    /** The message that lies next. */
    private static void within(CodedInputStream in, Body body) throws IOException {
        int limit = in.pushLimit(in.readRawVarint32());
        body.read(in);
        in.popLimit(limit);
    }

    private void readTime(CodedInputStream in) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case Timestamp.SECONDS_FIELD_NUMBER -> seconds = in.readInt64();
                case Timestamp.NANOS_FIELD_NUMBER -> nanos = in.readInt32();
                default -> in.skipField(tag);
            }
        }
    }

    private void readScheduled(CodedInputStream in) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case Scheduled.EXEC_ID_FIELD_NUMBER -> execId = in.readString();
                case Scheduled.NODE_ID_FIELD_NUMBER -> node = in.readString();
                case Scheduled.ITERATION_FIELD_NUMBER -> iteration = in.readInt32();
                case Scheduled.ATTEMPT_FIELD_NUMBER -> attempt = in.readInt32();
                case Scheduled.REJECTION_FIELD_NUMBER -> within(in, this::readVerdict);
                default -> in.skipField(tag);
            }
        }
    }

    private void readHeld(CodedInputStream in) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case Held.SCHEDULED_FIELD_NUMBER -> within(in, this::readScheduled);
                case Held.VERDICT_FIELD_NUMBER -> within(in, this::readVerdict);
                default -> in.skipField(tag);
            }
        }
    }

    private void readCancelled(CodedInputStream in) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case Cancelled.EXEC_ID_FIELD_NUMBER -> execId = in.readString();
                default -> in.skipField(tag);
            }
        }
    }

    private void readAccepted(CodedInputStream in) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case Accepted.EXEC_ID_FIELD_NUMBER -> execId = in.readString();
                case Accepted.STATUS_FIELD_NUMBER -> status = status(in.readEnum());
                case Accepted.TELEMETRY_FIELD_NUMBER ->
                    telemetry = in.readMessage(PolicyTelemetry.parser(), ExtensionRegistryLite.getEmptyRegistry());
                case Accepted.ERROR_FIELD_NUMBER ->
                    errorCode = in.readMessage(ExecutionError.parser(), ExtensionRegistryLite.getEmptyRegistry())
                            .getCode();
                case Accepted.VERDICT_FIELD_NUMBER -> within(in, this::readVerdict);
                case Accepted.RESULT_SIZE_BYTES_FIELD_NUMBER -> resultSizeBytes = in.readInt64();
                default -> in.skipField(tag);
            }
        }
    }

    private void readVerdict(CodedInputStream in) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case Verdict.ACTION_FIELD_NUMBER -> verdict = action(in.readEnum());
                default -> in.skipField(tag);
            }
        }
    }

    private static GuardrailAction action(int number) {
        GuardrailAction action = GuardrailAction.forNumber(number);
        return action == null ? GuardrailAction.UNRECOGNIZED : action;
    }

    private static ExecutionStatus status(int number) {
        ExecutionStatus status = ExecutionStatus.forNumber(number);
        return status == null ? ExecutionStatus.UNRECOGNIZED : status;
    }
}
