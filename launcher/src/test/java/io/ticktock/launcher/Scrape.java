package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hawkular.agent.prometheus.text.TextPrometheusMetricDataParser;
import org.hawkular.agent.prometheus.types.Counter;
import org.hawkular.agent.prometheus.types.Gauge;
import org.hawkular.agent.prometheus.types.Histogram;
import org.hawkular.agent.prometheus.types.Metric;
import org.hawkular.agent.prometheus.types.MetricFamily;

/** What a process told of itself at one moment, read as Prometheus would. */
record Scrape(List<MetricFamily> families) {

    static Scrape of(ServedApi api) throws Exception {
        HttpResponse<byte[]> answer = api.get("", "/metrics");
        assertEquals(200, answer.statusCode());
        assertEquals(
                "text/plain; version=0.0.4; charset=utf-8",
                answer.headers().firstValue("Content-Type").orElseThrow());
        return of(answer.body());
    }

    static Scrape of(byte[] text) throws Exception {
        TextPrometheusMetricDataParser parser = new TextPrometheusMetricDataParser(new ByteArrayInputStream(text));
        List<MetricFamily> families = new ArrayList<>();
        for (MetricFamily family = parser.parse(); family != null; family = parser.parse()) {
            families.add(family);
        }
        return new Scrape(families);
    }

    /** Those of the program's own. */
    List<MetricFamily> ours() {
        return families.stream()
                .filter(family -> family.getName().startsWith("ticktock_"))
                .toList();
    }

    /** Of the series with these labels; of a histogram, how many. 0 when there is none yet. */
    double value(String name, Map<String, String> labels) {
        return families.stream()
                .filter(family -> family.getName().equals(name))
                .flatMap(family -> family.getMetrics().stream())
                .filter(metric -> metric.getLabels().equals(labels))
                .mapToDouble(Scrape::value)
                .sum();
    }

    private static double value(Metric metric) {
        if (metric instanceof Counter counter) {
            return counter.getValue();
        }
        if (metric instanceof Gauge gauge) {
            return gauge.getValue();
        }
        return ((Histogram) metric).getSampleCount();
    }
}
