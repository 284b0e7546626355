#!/usr/bin/env bash
# snakeyaml-engine 2.10: a block scalar without text is valid (YAML 1.2, section 8.1.1.1), and go-yaml, which Kubernetes uses, reads an
# empty text. If the line after the header is indented less than the header's own line, or there is none, the parser raises an
# error about "leading empty lines" that are not there; at the same indentation it reads the text. SnakeYAML 2.4 reads both.
# Seen: same indentation: engine {data={a=, b=1}}, SnakeYAML {data={a=, b=1}}
# Seen: less: engine error: the leading empty lines contain more spaces, SnakeYAML {data={a=}, b=1}
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mvn -q -B dependency:copy -Dartifact=org.snakeyaml:snakeyaml-engine:2.10 -DoutputDirectory="$dir"
mvn -q -B dependency:copy -Dartifact=org.yaml:snakeyaml:2.4 -DoutputDirectory="$dir"
cat > "$dir/Seen.java" <<'J'
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.yaml.snakeyaml.Yaml;

class Seen {
    public static void main(String[] arguments) {
        compare("same indentation", "data:\n  a: |-\n  b: 1\n");
        compare("less", "data:\n  a: |-\nb: 1\n");
    }

    private static void compare(String what, String text) {
        String engine;
        try {
            engine = String.valueOf(new Load(LoadSettings.builder().build()).loadFromString(text));
        } catch (MarkedYamlEngineException e) {
            engine = "error: " + e.getProblem().strip().replaceAll(" \\(.*", "");
        }
        System.out.printf("%s: engine %s, SnakeYAML %s%n", what, engine, new Yaml().<Object>load(text));
    }
}
J
seen=$(java -cp "$dir/*" "$dir/Seen.java")
echo "$seen"
[ "$seen" = "same indentation: engine {data={a=, b=1}}, SnakeYAML {data={a=, b=1}}
less: engine error: the leading empty lines contain more spaces, SnakeYAML {data={a=}, b=1}" ]
