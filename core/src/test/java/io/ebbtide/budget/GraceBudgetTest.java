package io.ebbtide.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.budget.GraceBudget.Shares;
import java.time.Duration;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GraceBudgetTest {
    private static final Duration MAX_LAME_DUCK = Duration.ofSeconds(15);

    @ParameterizedTest
    @CsvSource({
        "30, 15, 15 s + drain 6 s + stop 6 s + margin 3 s",
        "60, 15, 15 s + drain 29 s + stop 10 s + margin 6 s",
        "100, 15, 15 s + drain 65 s + stop 10 s + margin 10 s",
        "10, 2, 2 s + drain 5 s + stop 2 s + margin 1 s",
        "5, 15, 2.2 s + drain 888 ms + stop 888 ms + margin 1 s",
        "2, 2, 555 ms + drain 222 ms + stop 222 ms + margin 1 s"
    })
    void of_withNothingSet_derivesAllShares(int graceSeconds, int maxLameDuckSeconds, String shares) {
        GraceBudget budget = GraceBudget.of(
                Duration.ofSeconds(graceSeconds), Shares.DERIVED, Duration.ofSeconds(maxLameDuckSeconds));

        assertThat(budget.addition()).isEqualTo("%d s = preStop 0 ms + lameDuck %s".formatted(graceSeconds, shares));
    }

    @Test
    void of_withSomeSet_givesTheRestToTheDrain() {
        GraceBudget budget = of(60, shares(5, 10, null, null, null));

        assertThat(budget.addition())
                .isEqualTo("60 s = preStop 5 s + lameDuck 10 s + drain 29 s + stop 10 s + margin 6 s");
    }

    @Test
    void of_withALongDrainSet_shrinksWhatIsDerived() {
        GraceBudget budget = of(30, shares(null, null, 20, null, null));

        assertThat(budget.addition())
                .isEqualTo("30 s = preStop 0 ms + lameDuck 5 s + drain 20 s + stop 2 s + margin 3 s");
    }

    @Test
    void of_withSharesThatDoNotFit_showsTheAddition() {
        assertThatThrownBy(() -> of(30, shares(5, 15, 10, 5, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "grace: 30 s (expected: >= 38 s, which is preStop 5 s + lameDuck 15 s + drain 10 s + stop 5 s"
                                + " + margin 3 s; raise the grace, and with it the platform's, or lower a share)");
    }

    @Test
    void of_withNothingLeftForTheDrain_isRefused() {
        assertThatThrownBy(() -> of(1, Shares.DERIVED))
                .hasMessage(
                        "grace: 1 s (expected: more than 1 s, which is preStop 0 ms + lameDuck 0 ms + stop 0 ms + margin"
                                + " 1 s, so that time remains for the drain; raise the grace, and with it the"
                                + " platform's, or lower a share)");
        assertThatThrownBy(() -> of(30, shares(null, 40, null, null, null)))
                .hasMessageStartingWith("grace: 30 s (expected: more than 43 s, which is preStop 0 ms + lameDuck 40 s");
        assertThatThrownBy(() -> of(10, shares(20, null, null, null, null)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Any combination of settings is either refused, or it fits. */
    @Test
    void of_anything_fitsOrIsRefused() {
        var random = new Random(42);
        int fitted = 0;
        for (int i = 0; i < 20_000; i++) {
            int grace = 1 + random.nextInt(120);
            try {
                GraceBudget budget = of(
                        grace,
                        shares(
                                maybe(random, 20),
                                maybe(random, 40),
                                maybe(random, 60),
                                maybe(random, 20),
                                maybe(random, 10)));
                Duration sum = budget.preStop()
                        .plus(budget.lameDuck())
                        .plus(budget.drain())
                        .plus(budget.stop())
                        .plus(budget.margin());
                assertThat(sum).isLessThanOrEqualTo(budget.grace());
                assertThat(budget.lameDuck()).isGreaterThanOrEqualTo(Duration.ZERO);
                fitted++;
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageMatching("(grace|margin): .* \\(expected: .*\\)");
            }
        }
        assertThat(fitted).isBetween(5_000, 19_000);
    }

    private static GraceBudget of(int graceSeconds, Shares shares) {
        return GraceBudget.of(Duration.ofSeconds(graceSeconds), shares, MAX_LAME_DUCK);
    }

    private static @Nullable Integer maybe(Random random, int bound) {
        return random.nextInt(3) == 0 ? random.nextInt(bound) : null;
    }

    private static Shares shares(
            @Nullable Integer preStop,
            @Nullable Integer lameDuck,
            @Nullable Integer drain,
            @Nullable Integer stop,
            @Nullable Integer margin) {
        return new Shares(seconds(preStop), seconds(lameDuck), seconds(drain), seconds(stop), seconds(margin));
    }

    private static @Nullable Duration seconds(@Nullable Integer seconds) {
        return seconds == null ? null : Duration.ofSeconds(seconds);
    }
}
