package io.ticktock.state;

import com.google.protobuf.Message;
import io.ticktock.proto.v1.AppendOutcome;

/**
 * The record of an attempt that is durable now.
 *
 * @param execution the first one that was appended, which need not be the one of this append
 * @param outcome whether it is
 */
public record Recorded<E extends Message>(E execution, AppendOutcome outcome) {}
