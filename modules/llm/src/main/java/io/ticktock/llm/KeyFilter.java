package io.ticktock.llm;

/** Keeps the key of a provider out of a text that comes in parts. */
final class KeyFilter {

    private final Credential credential;
    private String held = "";

    KeyFilter(Credential credential) {
        this.credential = credential;
    }

    /** What can be told with this part; what may be the beginning of the key waits for the next one. */
    String pass(String part) {
        String text = credential.redacted(held + part);
        int told = text.length() - credential.unfinished(text);
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
