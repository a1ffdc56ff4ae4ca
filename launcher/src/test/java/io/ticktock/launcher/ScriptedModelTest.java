package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.testkit.Awaiting;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScriptedModelTest {

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        Awaiting.result(vertx.close());
    }

    @Test
    void whoNamesAModelGetsNoScript() throws Exception {
        ScriptedModel model = ScriptedModel.start(vertx);
        HttpResponse<String> scripted = ask(model, "scripted");
        assertEquals(200, scripted.statusCode());
        assertTrue(scripted.body().contains("A scripted answer, of no model"), scripted::body);
        HttpResponse<String> named = ask(model, "gpt-4.1");
        assertEquals(404, named.statusCode());
        assertTrue(named.body().contains("configure a provider of gpt-4.1"), named::body);
    }

    private static HttpResponse<String> ask(ScriptedModel model, String name) throws Exception {
        String question = "{\"model\": \"" + name + "\", \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}";
        HttpRequest request = HttpRequest.newBuilder(URI.create(model.url() + "/chat/completions"))
                .POST(HttpRequest.BodyPublishers.ofString(question))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }
}
