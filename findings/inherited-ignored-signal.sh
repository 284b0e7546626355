#!/usr/bin/env bash
# OpenJDK 17 (and 25): sun.misc.Signal.handle documents an IllegalArgumentException where a signal cannot be handled. Where the
# process that started the JVM had SIGTERM ignored, it throws nothing, returns SIG_IGN as the handler before, and installs none:
# the signal remains ignored. (java.lang.Runtime's shutdown hooks do not run either.)
# Seen: handler before: SIG_IGN; a second handler finds ours: false; SIGTERM came: false
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat > "$dir/Seen.java" <<'J'
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import sun.misc.Signal;
import sun.misc.SignalHandler;

class Seen {
    public static void main(String[] arguments) throws Exception {
        var came = new CountDownLatch(1);
        SignalHandler ours = signal -> came.countDown();
        SignalHandler before = Signal.handle(new Signal("TERM"), ours);
        SignalHandler again = Signal.handle(new Signal("TERM"), ours);
        new ProcessBuilder("kill", "-TERM", String.valueOf(ProcessHandle.current().pid())).start().waitFor();
        System.out.printf(
                "handler before: %s; a second handler finds ours: %s; SIGTERM came: %s%n",
                before == SignalHandler.SIG_IGN ? "SIG_IGN" : before, again == ours, came.await(2, TimeUnit.SECONDS));
    }
}
J
seen=$(trap '' TERM; java "$dir/Seen.java" 2>/dev/null)
echo "$seen"
[ "$seen" = "handler before: SIG_IGN; a second handler finds ours: false; SIGTERM came: false" ]
