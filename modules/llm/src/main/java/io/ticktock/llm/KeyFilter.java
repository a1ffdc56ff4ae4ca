package io.ticktock.llm;

import io.ticktock.sdk.running.Secrets;

/** Keeps the key of a provider out of a text that comes in parts. */
final class KeyFilter {

    private final Secrets secrets;
    private String held = "";

    KeyFilter(Secrets secrets) {
        this.secrets = secrets;
    }

    /** What can be told with this part; what may be the beginning of the key waits for the next one. */
    String pass(String part) {
        String text = secrets.redacted(held + part);
        int told = text.length() - secrets.unfinished(text);
        held = text.substring(told);
        return text.substring(0, told);
    }

    /** What still waits, now that nothing comes any more. */
    String rest() {
        String text = held;
        held = "";
        return text;
    }
}
