package io.ebbtide.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.process.SignalRules.Reaction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SignalRulesTest {
    @ParameterizedTest
    @CsvSource({
        "TERM, 1, false, SHUT_DOWN",
        "TERM, 1, true, SHUT_DOWN",
        "TERM, 2, false, SKIP_LAME_DUCK",
        "TERM, 2, true, SKIP_LAME_DUCK",
        "TERM, 3, false, HALT",
        "INT, 1, false, SHUT_DOWN",
        "INT, 1, true, SHUT_DOWN_AT_ONCE",
        "INT, 2, false, SKIP_LAME_DUCK",
        "INT, 2, true, HALT",
        "INT, 3, false, HALT"
    })
    void reactionTo_signal(String signal, int count, boolean interactive, Reaction reaction) {
        assertThat(SignalRules.reactionTo(signal, count, () -> interactive)).isEqualTo(reaction);
    }

    @Test
    void exitCodeOf_isWhatAShellReports() {
        assertThat(SignalRules.exitCodeOf("TERM")).isEqualTo(143);
        assertThat(SignalRules.exitCodeOf("INT")).isEqualTo(130);
    }
}
