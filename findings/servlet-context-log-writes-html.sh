#!/usr/bin/env bash
# GlassFish 8.0.0-JDK17-M12: ServletContext.log(String) writes its message to the server's log as HTML, with &quot; for a quotation mark and
# &#x7b; for a brace, so a line of JSON cannot be read from there. The Javadoc: "Writes the specified message to a servlet log file". The
# same line to System.err goes to the same log as it is.
# Seen: by ServletContext.log: &#x7b;&quot;a&quot;&#x3a;1&#x7d;; by System.err: {"a":1}
set -euo pipefail
dir=$(mktemp -d)
trap '[ ! -f "$dir/pid" ] || kill "$(cat "$dir/pid")" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$dir"' EXIT
mvn -q -B dependency:copy -Dartifact=org.glassfish.main.distributions:glassfish:8.0.0-JDK17-M12:zip -DoutputDirectory="$dir"
mvn -q -B dependency:copy -Dartifact=jakarta.servlet:jakarta.servlet-api:6.0.0 -DoutputDirectory="$dir"
(cd "$dir" && jar xf glassfish-8.0.0-JDK17-M12.zip)
chmod +x "$dir/glassfish8/bin/asadmin"
mkdir -p "$dir/src" "$dir/war/WEB-INF/classes"
cat > "$dir/src/Page.java" <<'J'
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;

@WebServlet(urlPatterns = "/", loadOnStartup = 1)
public class Page extends HttpServlet {
    public void init() {
        getServletContext().log("by ServletContext.log: {\"a\":1} end");
        System.err.println("by System.err: {\"a\":1} end");
    }
}
J
javac -cp "$dir/jakarta.servlet-api-6.0.0.jar" -d "$dir/war/WEB-INF/classes" "$dir/src/Page.java"
domain=$dir/glassfish8/glassfish/domains/domain1
# Free ports of loopback in place of the fixed ones.
python3 - "$domain/config/domain.xml" <<'P'
import re, socket, sys
text = open(sys.argv[1]).read()
sockets = []
def free(match):
    s = socket.socket(); s.bind(("127.0.0.1", 0)); sockets.append(s)
    return match.group(1) + str(s.getsockname()[1]) + match.group(3)
for port in ("8080", "8181", "4848", "3700", "3820", "3920", "7676", "8686", "6666", "9009"):
    text = re.sub('((?:port|value)=")(' + port + ')(")', free, text)
text = re.sub('<network-listener (?![^>]*address=)', '<network-listener address="127.0.0.1" ', text)
text = text.replace('address="0.0.0.0"', 'address="127.0.0.1"')
open(sys.argv[1], "w").write(text)
P
mkdir -p "$domain/autodeploy"
jar cf "$domain/autodeploy/a.war" -C "$dir/war" .
AS_JAVA=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")") "$dir/glassfish8/bin/asadmin" start-domain --verbose domain1 > "$dir/console" 2>&1 &
log=$domain/logs/server.log
for _ in $(seq 1 240); do
    [ -f "$domain/config/pid" ] && cp "$domain/config/pid" "$dir/pid"
    grep -q 'by System.err: ' "$log" 2>/dev/null && break
    sleep 0.5
done
part() { grep -o "$1.* end" "$log" | head -n 1 | sed 's/ end$//'; }
seen="$(part 'by ServletContext.log' | sed 's/&#x3a;/:/' ); $(part 'by System.err')"
echo "$seen"
[ "$seen" = 'by ServletContext.log: &#x7b;&quot;a&quot;&#x3a;1&#x7d;; by System.err: {"a":1}' ]
