package io.ticktock.launcher;

import io.ticktock.graph.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** The flag of labels, for those commands that give or look for them. */
final class LabelOptions {

    @Option(
            names = "--label",
            paramLabel = "NAME=VALUE",
            description = "A label, such as team=red. May be repeated; several mean all of them.")
    private List<String> labels = new ArrayList<>();

    Map<String, String> labels() {
        Map<String, String> named = new TreeMap<>();
        for (String label : labels) {
            int equals = label.indexOf('=');
            if (equals < 1) {
                throw CommandFailure.usage("--label '" + label + "': must be a name and a value, such as team=red");
            }
            named.put(label.substring(0, equals), label.substring(equals + 1));
        }
        Labels.faultOf(named).ifPresent(fault -> {
            throw CommandFailure.usage("--label: " + fault);
        });
        return named;
    }
}
