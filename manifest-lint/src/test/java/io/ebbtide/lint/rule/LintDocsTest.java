package io.ebbtide.lint.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page has every rule as the tool has it; {@code target/lint-rules.md} is the chapter as it should be. */
final class LintDocsTest {
    private static final String MARK = "<!-- From here on written by the tool: each rule as it is in the code. -->\n\n";

    @Test
    void page_hasTheRulesAsTheyAre() throws IOException {
        Files.writeString(Path.of("target", "lint-rules.md"), Rules.markdown());
        String page = Files.readString(Path.of("..", "docs", "operate", "lint.md"));

        assertThat(page.substring(page.indexOf(MARK) + MARK.length())).isEqualTo(Rules.markdown());
    }
}
