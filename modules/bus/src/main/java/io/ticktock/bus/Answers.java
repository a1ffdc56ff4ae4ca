package io.ticktock.bus;

import io.ticktock.proto.v1.AnswerParcel;
import io.ticktock.proto.v1.ParcelAnswer;
import io.ticktock.proto.v1.ParcelFault;
import java.util.List;

/**
 * Answers that travel together.
 *
 * @param more whether further answers to requests of the parcel are to come
 */
record Answers(List<Answer> answers, boolean more) {

    /**
     * The answer to one request: a reply, or a failure.
     *
     * @param index of the request in its parcel
     */
    record Answer(int index, Letter reply, Failure failure) {

        int sizeBytes() {
            return failure == null ? reply.sizeBytes() : failure.getMessage().length();
        }

        private ParcelAnswer toProto() {
            ParcelAnswer.Builder answer = ParcelAnswer.newBuilder().setIndex(index);
            if (failure == null) {
                return answer.setReply(reply.bytes()).build();
            }
            ParcelFault.Builder fault =
                    ParcelFault.newBuilder().setCode(failure.code().number()).setMessage(failure.getMessage());
            failure.quota().ifPresent(fault::setQuota);
            return answer.setFault(fault).build();
        }

        private static Answer of(ParcelAnswer answer) {
            if (!answer.hasFault()) {
                return new Answer(answer.getIndex(), Letter.sealed(answer.getReply()), null);
            }
            ParcelFault fault = answer.getFault();
            return new Answer(
                    answer.getIndex(),
                    null,
                    Failure.of(FailureCode.ofNumber(fault.getCode()), fault.getMessage(), fault.getQuota()));
        }
    }

    AnswerParcel toProto() {
        AnswerParcel.Builder parcel = AnswerParcel.newBuilder().setMore(more);
        answers.forEach(answer -> parcel.addAnswers(answer.toProto()));
        return parcel.build();
    }

    static Answers of(AnswerParcel parcel) {
        return new Answers(parcel.getAnswersList().stream().map(Answer::of).toList(), parcel.getMore());
    }
}
