package io.ticktock.launcher.configuration;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Reads a configuration file into settings by dotted key, in the order of the file. */
final class SettingsFile {

    private static final int MAX_SIZE = 256 * 1024;
    private static final int MAX_NESTING = 8;

    private final String name;
    private final Map<String, Setting> settings = new LinkedHashMap<>();

    private SettingsFile(String name) {
        this.name = name;
    }

    static Map<String, Setting> read(Path file) {
        try {
            if (Files.size(file) > MAX_SIZE) {
                throw new ConfigurationFault(file + ": a configuration file has at most 256 KiB");
            }
            return parse(file.toString(), Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new ConfigurationFault(file + ": no such configuration file", e);
        } catch (IOException e) {
            throw new ConfigurationFault(file + ": cannot be read as UTF-8 text", e);
        }
    }

    static Map<String, Setting> parse(String name, String text) {
        LoaderOptions options = new LoaderOptions();
        options.setNestingDepthLimit(MAX_NESTING);
        options.setCodePointLimit(MAX_SIZE);
        options.setMaxAliasesForCollections(0);
        SettingsFile file = new SettingsFile(name);
        try {
            Node root = new Yaml(options).compose(new StringReader(text));
            if (root != null) {
                file.readMapping("", root);
            }
        } catch (MarkedYAMLException e) {
            throw new ConfigurationFault(file.at(e.getProblemMark()) + ": not YAML: " + e.getProblem(), e);
        } catch (YAMLException e) {
            throw new ConfigurationFault(name + ": not YAML: " + e.getMessage(), e);
        }
        return file.settings;
    }

    private void readMapping(String prefix, Node node) {
        if (!(node instanceof MappingNode mapping)) {
            throw new ConfigurationFault(at(node.getStartMark()) + ": " + (prefix.isEmpty() ? "the file" : prefix)
                    + " must hold keys and values");
        }
        for (NodeTuple entry : mapping.getValue()) {
            String key = prefix.isEmpty() ? scalar(entry.getKeyNode()) : prefix + '.' + scalar(entry.getKeyNode());
            readValue(key, entry);
        }
    }

    private void readValue(String key, NodeTuple entry) {
        Node value = entry.getValueNode();
        if (value instanceof MappingNode) {
            readMapping(key, value);
            return;
        }
        String text = value instanceof SequenceNode list
                ? SettingsList.joined(list.getValue().stream().map(this::scalar).toList())
                : scalar(value);
        String origin = at(entry.getKeyNode().getStartMark());
        Setting earlier = settings.putIfAbsent(key, new Setting(text, origin));
        if (earlier != null) {
            throw new ConfigurationFault(origin + ": " + key + " stands at " + earlier.origin() + " already");
        }
    }

    private String scalar(Node node) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getTag().equals(Tag.NULL) ? "" : scalar.getValue();
        }
        throw new ConfigurationFault(at(node.getStartMark()) + ": a single value must stand here");
    }

    private String at(Mark mark) {
        return name + ':' + (mark.getLine() + 1) + ':' + (mark.getColumn() + 1);
    }
}
