package io.ticktock.launcher.isolation;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is new has to be said of; what is known is found however deep it is. */
class ParametersTest {

    @Test
    void aParameterThatNobodyKnowsIsAFault() {
        assertUnknown("'drawers/{id}' of GET /v1/drawers/{id}", () -> routes("""
                {"paths": {"/v1/drawers/{id}": {"get": {}}}}"""));
        assertUnknown("'drawer' of GET /v1/drawers", () -> routes("""
                {"paths": {"/v1/drawers": {"get": {"parameters": [{"name": "drawer", "in": "query"}]}}}}"""));
        assertUnknown("'drawer' of POST /v1/drawers", () -> routes("""
                {"paths": {"/v1/drawers": {"post": {"requestBody": {"content": {"application/json":
                    {"schema": {"properties": {"drawer": {}}}}}}}}}}"""));
    }

    @Test
    void aFieldThatNobodyKnowsIsAFault() throws Exception {
        FileDescriptorProto file = FileDescriptorProto.newBuilder()
                .setName("drawer.proto")
                .addMessageType(DescriptorProto.newBuilder()
                        .setName("OpenDrawerRequest")
                        .addField(FieldDescriptorProto.newBuilder()
                                .setName("drawer_id")
                                .setNumber(1)
                                .setLabel(Label.LABEL_OPTIONAL)
                                .setType(FieldDescriptorProto.Type.TYPE_STRING)))
                .build();
        FileDescriptor described = FileDescriptor.buildFrom(file, new FileDescriptor[0]);
        assertUnknown(
                "'drawer_id' of OpenDrawerRequest.drawer_id",
                () -> RequestShape.of(described.getMessageTypes().get(0)));
    }

    @Test
    void eachMessageOfAOneofIsInSomeForm() {
        List<String> forms = RequestShape.of(SignalLifetimeRequest.getDescriptor()).stream()
                .map(RequestShape::toString)
                .toList();
        for (FieldDescriptor command :
                Signal.getDescriptor().getRealOneofs().get(0).getFields()) {
            String place = "signal." + command.getName();
            assertTrue(forms.stream().anyMatch(form -> form.contains(place)), () -> place + " is in none of " + forms);
        }
        assertTrue(forms.stream().anyMatch(form -> form.contains("signal.answer.payload.blob")), forms::toString);
    }

    private static List<Attempt> routes(String contract) throws Exception {
        return new HttpAttempts("http://127.0.0.1", new ObjectMapper().readTree(contract)).all();
    }

    private interface Making {
        Object made() throws Exception;
    }

    private static void assertUnknown(String what, Making making) {
        String said = assertThrows(AssertionError.class, making::made).getMessage();
        assertTrue(said.startsWith(what + " is not known: say in " + Parameters.class.getName()), said);
    }
}
