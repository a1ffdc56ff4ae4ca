package io.ticktock.graph.settings;

import io.ticktock.graph.expression.Expression;
import io.ticktock.graph.expression.Template;
import io.ticktock.graph.expression.VariableUse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Type {@code http}: calls a URL. What looks at the response sees {@link #RESPONSE_VARIABLES} besides the standard
 * variables: the status as an int, the headers as a map of lower-case names to text, and the body as a tree when it is
 * JSON and as text otherwise.
 *
 * @param url text, http or https
 * @param method in capital letters
 * @param headers text by name
 * @param query text by name, added to the URL with what is special there escaped; null leaves a name out
 * @param json what is sent as JSON, if anything
 * @param body text that is sent instead, if any
 * @param expect condition over the response: whether the call succeeded
 * @param retryOn condition over the response: whether a call that did not succeed may be tried again
 * @param telemetry numbers over the response, by the name of the measure; {@link #KNOWN_MEASURES} have a meaning
 * @param output over the response: the result
 */
public record HttpSettings(
        Template url,
        String method,
        Map<String, Template> headers,
        Map<String, Template> query,
        Optional<Template> json,
        Optional<Template> body,
        Expression expect,
        Expression retryOn,
        Map<String, Template> telemetry,
        Template output)
        implements TaskSettings {

    public static final String DEFAULT_METHOD = "GET";
    public static final String DEFAULT_EXPECT = "status >= 200 && status < 300";
    public static final String DEFAULT_RETRY_ON = "status == 408 || status == 425 || status == 429 || status >= 500";
    public static final String DEFAULT_OUTPUT = "${body}";

    /** The extra variables of expressions over the response. */
    public static final List<String> RESPONSE_VARIABLES = List.of("status", "headers", "body");

    /** Measures that guardrails know; any other becomes a measure of that name. */
    public static final List<String> KNOWN_MEASURES =
            List.of("tokens_used", "cost_usd", "input_tokens", "output_tokens", "cached_tokens");

    @Override
    public VariableUse uses() {
        Stream<Template> templates = Stream.of(
                        Stream.of(url, output),
                        headers.values().stream(),
                        query.values().stream(),
                        telemetry.values().stream(),
                        json.stream(),
                        body.stream())
                .flatMap(parts -> parts);
        return Stream.concat(templates.map(Template::uses), Stream.of(expect.uses(), retryOn.uses()))
                .reduce(VariableUse.NONE, VariableUse::and);
    }

    @Override
    public Set<String> secrets() {
        return Stream.of(
                        Stream.of(url),
                        headers.values().stream(),
                        query.values().stream(),
                        json.stream(),
                        body.stream())
                .flatMap(parts -> parts)
                .flatMap(template -> template.secrets().stream())
                .collect(Collectors.toUnmodifiableSet());
    }
}
