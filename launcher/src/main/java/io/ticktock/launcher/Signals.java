package io.ticktock.launcher;

import io.ticktock.proto.v1.AbortCommand;
import io.ticktock.proto.v1.Amounts;
import io.ticktock.proto.v1.Answer;
import io.ticktock.proto.v1.PauseCommand;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.ResumeCommand;
import io.ticktock.proto.v1.Signal;

/** The commands that a person can give to a lifetime. */
final class Signals {

    private Signals() {}

    static Signal.Builder pause(String reason) {
        return Signal.newBuilder()
                .setPause(PauseCommand.newBuilder().setReason(reason).setActor(Client.actor()));
    }

    /** @param added by how much the budgets are raised */
    static Signal.Builder resume(String reason, Amounts added) {
        return Signal.newBuilder()
                .setResume(ResumeCommand.newBuilder()
                        .setReason(reason)
                        .setActor(Client.actor())
                        .setAdded(added));
    }

    static Signal.Builder abort(String reason) {
        return Signal.newBuilder()
                .setAbort(AbortCommand.newBuilder().setReason(reason).setActor(Client.actor()));
    }

    static Signal.Builder answer(String execId, Payload payload) {
        return Signal.newBuilder()
                .setAnswer(Answer.newBuilder()
                        .setExecId(execId)
                        .setPayload(payload)
                        .setActor(Client.actor()));
    }
}
