package io.ebbtide.lint.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ShellScriptTest {
    private static final String ANYWHERE =
            "exec before the program that serves, without a pipe, or a trap that forwards TERM";

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "java -jar a.jar # exec java -jar a.jar",
                "ulimit -n 9 && java -jar a.jar # exec java -jar a.jar",
                "java -jar a.jar || exit 1 # exec java -jar a.jar",
                "java -jar a.jar & PID=$!; wait $PID "
                        + "# exec java -jar a.jar, in the foreground, or a trap that forwards TERM",
                "exec java -jar a.jar & wait # exec java -jar a.jar, in the foreground, or a trap that forwards TERM",
                "java -jar a.jar | tee log # " + ANYWHERE,
                "while true; do java -jar a.jar; done # " + ANYWHERE,
                "case $A in b) java -jar a.jar;; esac # " + ANYWHERE,
                "java -jar a.jar > log 2>&1 # exec java -jar a.jar > log 2>&1",
                "trap 'rm lock' EXIT; java -jar a.jar # exec java -jar a.jar",
                "trap - TERM; java -jar a.jar # exec java -jar a.jar"
            })
    void fix_isACommandThatTheShellTakes(String script, String fix) {
        var shell = new ShellScript(script);

        assertThat(shell.keepsSignals()).isTrue();
        assertThat(shell.fix()).isEqualTo(fix);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exec java -jar a.jar",
                "cd /app; exec java -jar a.jar;",
                "tail -F log & exec java -jar a.jar",
                "if [ $A ]; then exec java a; else exec java b; fi",
                "case $A in b) exec java a;; *) exec java b;; esac",
                "java a & trap \"kill -TERM \\\"$!\\\"\" SIGTERM SIGINT; wait",
                "trap -- 'kill $P' 15; java a & P=$!; wait",
                "stop() { kill $P; }; trap stop INT TERM; java a & P=$!; wait",
                "# nothing",
                ""
            })
    void script_thatForwardsTerm_hasNoFinding(String script) {
        assertThat(new ShellScript(script).keepsSignals()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "sleep infinity # true",
                "apt-get install -y curl && sleep infinity # true",
                "tail -f /dev/null # true",
                "while true; do date; sleep 5; done # true",
                "while true; do ./work; sleep 5; done # false",
                "sleep 5; java -jar a.jar # false",
                "while true; do echo x; df -h /mnt; sleep 45; done # true",
                "java -jar a.jar # false"
            })
    void script_thatOnlyWaits_isIdle(String script, boolean isIdle) {
        assertThat(new ShellScript(script).isIdle()).isEqualTo(isIdle);
    }

    @Test
    void longScript_isReadInReasonableTime() {
        String script = "trap \"" + "\\\"x".repeat(20_000) + "\" EXIT\n" + "java; ".repeat(20_000);

        assertThat(new ShellScript(script).keepsSignals()).isTrue();
    }
}
