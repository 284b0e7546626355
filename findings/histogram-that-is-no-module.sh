#!/usr/bin/env bash
# HdrHistogram 2.2.1, which micrometer-core 1.13.0 brings: its module descriptor names a package that the jar does not have, so java does
# not start with the jar on its module path, whatever the application uses of it. On the class path it works. 2.2.2 is a valid module.
# Seen: 2.2.1: Package org.HdrHistogram$packedarray not found in module; 2.2.2: starts
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
seen() {
    cat > "$dir/pom.xml" <<X
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>a</groupId><artifactId>a</artifactId><version>1</version>
<dependencies><dependency><groupId>org.hdrhistogram</groupId><artifactId>HdrHistogram</artifactId><version>$1</version></dependency></dependencies></project>
X
    mvn -q -B -f "$dir/pom.xml" dependency:copy-dependencies -DoutputDirectory="$dir/$1" >&2
    if java -p "$dir/$1" --list-modules > "$dir/out" 2>&1; then
        echo "$1: starts"
    else
        echo "$1: $(grep -o 'Package .* not found in module' "$dir/out" | head -n 1)"
    fi
}
all="$(seen 2.2.1); $(seen 2.2.2)"
echo "$all"
[ "$all" = '2.2.1: Package org.HdrHistogram$packedarray not found in module; 2.2.2: starts' ]
