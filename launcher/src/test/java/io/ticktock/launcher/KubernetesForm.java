package io.ticktock.launcher;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** The form that Kubernetes' own description of its API gives each kind of resource. */
record KubernetesForm(Class<?> type, Check check) {

    private static final Gson GSON = JSON.getGson();

    private static final Map<String, KubernetesForm> FORMS = Map.of(
            "v1 ConfigMap", new KubernetesForm(V1ConfigMap.class, V1ConfigMap::validateJsonElement),
            "v1 Service", new KubernetesForm(V1Service.class, V1Service::validateJsonElement),
            "v1 ServiceAccount", new KubernetesForm(V1ServiceAccount.class, V1ServiceAccount::validateJsonElement),
            "apps/v1 Deployment", new KubernetesForm(V1Deployment.class, V1Deployment::validateJsonElement),
            "policy/v1 PodDisruptionBudget",
                    new KubernetesForm(V1PodDisruptionBudget.class, V1PodDisruptionBudget::validateJsonElement),
            "networking.k8s.io/v1 NetworkPolicy",
                    new KubernetesForm(V1NetworkPolicy.class, V1NetworkPolicy::validateJsonElement));

    /** Refuses unknown fields, and those that are missing or of another type. */
    private interface Check {
        void accept(JsonElement resource) throws IOException;
    }

    /** What is wrong with a resource in JSON. */
    static Optional<String> fault(String json) throws IOException {
        JsonObject resource = JsonParser.parseString(json).getAsJsonObject();
        String kind = text(resource, "apiVersion") + " " + text(resource, "kind");
        KubernetesForm form = FORMS.get(kind);
        if (form == null) {
            return Optional.of("no form of the kind " + kind + " is known here");
        }
        try {
            form.check.accept(resource);
            // Numbers and truth values are only looked at here.
            Object read = GSON.fromJson(resource, form.type);
            return read == null ? Optional.of("it is empty") : Optional.empty();
        } catch (IllegalArgumentException | JsonParseException e) {
            return Optional.of(e.getMessage());
        }
    }

    private static String text(JsonObject resource, String field) {
        return resource.has(field) ? resource.get(field).getAsString() : "";
    }
}
