package io.ticktock.launcher.isolation;

import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** What a tenant has: one value for everything that can be named. */
public final class Holdings {

    private static final Set<Naming> SECRET = EnumSet.of(
            Naming.TENANT,
            Naming.LIFETIME,
            Naming.EXECUTION,
            Naming.GRAPH,
            Naming.DIGEST,
            Naming.BLOB,
            Naming.API_KEY,
            Naming.WEBHOOK,
            Naming.WEBHOOK_EVENT,
            Naming.LABELLED,
            Naming.IDEMPOTENCY_KEY);
    private static final String LETTERS = "bcdfghjkmnpqrstvwxz";
    private static final String HEX = "0123456789abcdef";
    private static final int TIME_OF_UUID = 15;
    private static final int VARIANT_OF_UUID = 19;

    private final Map<Naming, String> values = new EnumMap<>(Naming.class);

    /** @param values of all that is not made of others */
    public Holdings(Map<Naming, String> values) {
        this.values.putAll(values);
        this.values.put(Naming.ACTOR, "key:" + get(Naming.API_KEY));
        this.values.put(Naming.BLOB_URI, "blob:" + get(Naming.TENANT) + "/" + get(Naming.BLOB));
        this.values.put(Naming.LABEL, "case=" + get(Naming.LABELLED));
        this.values.put(Naming.BLOB_ETAG, '"' + get(Naming.BLOB) + '"');
        this.values.put(Naming.GRAPH_FILE, graphFile(get(Naming.GRAPH), get(Naming.VERSION), "", "an answer"));
    }

    /** A graph that ends at once, asks, waits or is refused, as its input's mode says. */
    public static String graphFile(String name, String version, String description, String prompt) {
        return """
                graph: %s
                version: %s
                description: "%s"
                start: draft
                tasks:
                  draft: {type: transform, output: {text: "${input.text}", mode: "${input.mode}"}}
                  ask: {type: human, prompt: "%s", details: {text: "${input.text}"}}
                  pause: {type: wait, for: 30d}
                plans:
                  choose:
                    type: rules
                    rules:
                      - {when: input.mode == "ask", next: ask}
                      - {when: input.mode == "wait", next: pause}
                    otherwise: {next: END, input: {text: "${result.text}"}}
                  done: {type: next, next: END}
                edges:
                  - draft -> choose
                  - choose -> ask
                  - choose -> pause
                  - choose -> END [FINAL]
                  - ask -> done
                  - pause -> done
                  - done -> END [FINAL]
                """.formatted(name, version, description, prompt);
    }

    public String get(Naming naming) {
        String value = values.get(naming);
        if (value == null) {
            throw new AssertionError("there is no " + naming + " among " + values.keySet());
        }
        return value;
    }

    public Holdings with(Naming naming, String value) {
        Map<Naming, String> more = new EnumMap<>(values);
        more.put(naming, value);
        return new Holdings(more);
    }

    /** All that nobody else can know, but for what is part of these. */
    public Collection<String> idsBut(Set<Naming> sent) {
        Set<Naming> known = EnumSet.noneOf(Naming.class);
        sent.forEach(naming -> known.addAll(naming.parts()));
        Set<String> ids = new TreeSet<>();
        SECRET.stream().filter(naming -> !known.contains(naming)).forEach(naming -> ids.add(get(naming)));
        return ids;
    }

    /** Values of the same form, and nobody's. */
    public Holdings likeness(Random random) {
        Map<Naming, String> likeness = new EnumMap<>(Naming.class);
        values.forEach((naming, value) -> likeness.put(naming, likeness(value, random)));
        return new Holdings(likeness);
    }

    /** Where a token is a name itself, the next name: behind both is the same of the caller's own. */
    public static String likenessOfToken(String token, Random random) {
        return token.matches("[a-z_-]+") ? token + any(LETTERS, random) : likeness(token, random);
    }

    /** Ids keep the time that they begin with, since it is what they are ordered by. */
    public static String likeness(String value, Random random) {
        if (isUuid(value)) {
            return uuid(value, random);
        }
        int dot = value.indexOf('.');
        if (dot > 0 && isUuid(value.substring(dot + 1))) {
            return value.substring(0, dot + 1) + uuid(value.substring(dot + 1), random);
        }
        String alphabet = value.matches("[0-9a-f]{16,}") ? HEX : "";
        StringBuilder like = new StringBuilder();
        value.chars().forEach(each -> like.append(likeness((char) each, alphabet, random)));
        return like.toString();
    }

    private static char likeness(char each, String alphabet, Random random) {
        if (!alphabet.isEmpty()) {
            return any(alphabet, random);
        }
        if (Character.isDigit(each)) {
            return any("123456789", random);
        }
        return Character.isLowerCase(each) ? any(LETTERS, random) : each;
    }

    private static String uuid(String value, Random random) {
        StringBuilder like = new StringBuilder(value);
        for (int i = TIME_OF_UUID; i < value.length(); i++) {
            if (value.charAt(i) != '-' && i != VARIANT_OF_UUID) {
                like.setCharAt(i, any(HEX, random));
            }
        }
        return like.toString();
    }

    private static char any(String alphabet, Random random) {
        return alphabet.charAt(random.nextInt(alphabet.length()));
    }

    private static boolean isUuid(String value) {
        try {
            return value.length() == 36 && UUID.fromString(value).toString().equals(value);
        } catch (IllegalArgumentException notUuid) {
            return false;
        }
    }
}
