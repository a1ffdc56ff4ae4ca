package io.ticktock.api.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class WebhookSecretTest {

    /** The example that libraries of Standard Webhooks are tested with. */
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static final long TIMESTAMP = 1_614_265_330;
    private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);
    private static final String SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    @Test
    void signsAsStandardWebhooksDo() {
        assertEquals(SIGNATURE, WebhookSecret.signatures(List.of(SECRET), ID, TIMESTAMP, BODY));
    }

    @Test
    void eachSecretSigns() {
        String other = WebhookSecret.random();
        String[] both = WebhookSecret.signatures(List.of(other, SECRET), ID, TIMESTAMP, BODY)
                .split(" ");
        assertEquals(2, both.length);
        assertTrue(both[0].startsWith("v1,"));
        assertEquals(SIGNATURE, both[1]);
        assertNotEquals(both[0], both[1]);
    }

    @Test
    void aSecretIsOfAsManyBytesAsItsHash() {
        String secret = WebhookSecret.random();
        assertEquals(32, Base64.getDecoder().decode(secret.substring("whsec_".length())).length);
        assertNotEquals(secret, WebhookSecret.random());
    }
}
