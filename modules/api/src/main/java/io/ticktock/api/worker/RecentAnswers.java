package io.ticktock.api.worker;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.TaskAcknowledgement;
import java.util.LinkedHashMap;
import java.util.Map;

/** The latest acknowledgements by tenant and token, so that a completion that comes again is answered the same. */
final class RecentAnswers {

    private static final int MOST = 65_536;

    private record Key(String tenantId, ByteString token) {}

    private final Map<Key, TaskAcknowledgement> answers = new LinkedHashMap<>() {

        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, TaskAcknowledgement> eldest) {
            return size() > MOST;
        }
    };

    void add(String tenantId, TaskAcknowledgement answer) {
        answers.put(new Key(tenantId, answer.getToken()), answer);
    }

    /** Null when it was not given here, or long ago. */
    TaskAcknowledgement find(String tenantId, ByteString token, String execId) {
        TaskAcknowledgement answer = answers.get(new Key(tenantId, token));
        return answer != null && answer.getExecId().equals(execId) ? answer : null;
    }
}
