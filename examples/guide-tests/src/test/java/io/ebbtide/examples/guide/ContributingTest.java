package io.ebbtide.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table of CONTRIBUTING.md, which names the files to touch, names files that exist, and few of them. */
final class ContributingTest {
    private static final int MAX_FILES = 5;

    @Test
    void filesToTouch_exist_andAreFew() throws IOException {
        Page page = Page.ofRoot("CONTRIBUTING.md");
        List<String> rows = page.text()
                .lines()
                .dropWhile(line -> !line.startsWith("| to add |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .toList();

        assertThat(rows).hasSize(5).allSatisfy(row -> {
            String[] cells = row.split(" \\| ", -1);
            List<Path> files = page.links(cells[1]);
            assertThat(files)
                    .as(cells[0])
                    .isNotEmpty()
                    .hasSizeLessThanOrEqualTo(MAX_FILES)
                    .allSatisfy(file -> assertThat(file).exists());
        });
    }

    @Test
    void everyLink_leadsToAFile() throws IOException {
        assertThat(Page.ofRoot("CONTRIBUTING.md").links())
                .isNotEmpty()
                .allSatisfy(link -> assertThat(link).exists());
    }
}
