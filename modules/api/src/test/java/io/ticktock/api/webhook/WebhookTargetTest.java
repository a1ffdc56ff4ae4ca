package io.ticktock.api.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebhookTargetTest {

    @ParameterizedTest
    @CsvSource({
        "https://example.com, example.com, 443, /",
        "HTTPS://example.com/a%20b?c=d, example.com, 443, /a%20b?c=d",
        "https://example.com:8443/?x, example.com, 8443, /?x",
        "https://[2001:db8::1]:1/h, 2001:db8::1, 1, /h"
    })
    void leadsSomewhere(String url, String host, int port, String pathAndQuery) {
        assertEquals(new WebhookTarget(true, host, port, pathAndQuery), WebhookTarget.parse(url, false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://example.com | must begin with https",
                "ftp://example.com | must begin with https",
                "example.com | must begin with https",
                "https:///path | must name a host",
                "https://user:word@example.com | must not hold a user",
                "https://example.com/#a | must not have a fragment",
                "https://example.com:0/ | must have a port",
                "https://example.com:70000/ | must have a port",
                "https://exa mple.com | must be a URL"
            })
    void saysWhatWouldBeRight(String url, String message) {
        IllegalArgumentException wrong =
                assertThrows(IllegalArgumentException.class, () -> WebhookTarget.parse(url, false));
        assertTrue(wrong.getMessage().startsWith("url " + message), wrong::getMessage);
    }

    @Test
    void httpMayBeAllowed() {
        assertEquals(new WebhookTarget(false, "localhost", 80, "/"), WebhookTarget.parse("http://localhost", true));
    }

    @Test
    void aLongOneIsRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> WebhookTarget.parse("https://example.com/" + "x".repeat(2_048), false));
    }
}
