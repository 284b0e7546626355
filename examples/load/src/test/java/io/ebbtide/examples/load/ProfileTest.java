package io.ebbtide.examples.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.jmeter.threads.openmodel.ThreadScheduleUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ProfileTest {
    private static final Duration LENGTH = Duration.ofSeconds(100);

    @ParameterizedTest
    @EnumSource(Profile.class)
    void schedule_ofEachProfile_hasTheLengthAndJMeterReadsIt(Profile profile) throws Exception {
        Schedule schedule = profile.schedule(20, 200, LENGTH);

        assertThat(schedule.length()).isEqualTo(LENGTH);
        // Two rates and one length for each stage.
        assertThat(ThreadScheduleUtils.ThreadSchedule(schedule.clientArrivals(5))
                        .getSteps())
                .hasSize(3 * schedule.stages().size());
        assertThat(schedule.rateAt(Duration.ZERO)).isEqualTo(20);
        assertThat(schedule.rateAt(LENGTH)).isZero();
        assertThat(schedule.stageAt(LENGTH)).isEqualTo("end");
    }

    @Test
    void spike_goesToThePeakAtOnceAndBack() {
        Schedule spike = Profile.SPIKE.schedule(20, 200, LENGTH);

        assertThat(List.of(24, 25, 64, 65).stream()
                        .map(second -> spike.rateAt(Duration.ofSeconds(second)))
                        .toList())
                .containsExactly(20.0, 200.0, 200.0, 20.0);
        assertThat(spike.peak()).isEqualTo(200);
    }

    @Test
    void requestsUntil_isTheAreaUnderTheRates() {
        Schedule ramp = Profile.RAMP.schedule(20, 200, LENGTH);

        assertThat(ramp.requestsUntil(Duration.ofSeconds(-1))).isZero();
        assertThat(ramp.requestsUntil(Duration.ofSeconds(40))).isEqualTo((20 + 110) / 2 * 40);
        assertThat(ramp.requestsUntil(Duration.ofSeconds(200))).isEqualTo((20 + 200) / 2 * 80 + 200 * 20);
    }

    @Test
    void ramp_isAStraightLine_thenHolds() {
        Schedule ramp = Profile.RAMP.schedule(20, 200, LENGTH);

        assertThat(ramp.rateAt(Duration.ofSeconds(40))).isEqualTo(110);
        assertThat(ramp.rateAt(Duration.ofSeconds(90))).isEqualTo(200);
    }

    @Test
    void sawtooth_risesFourTimes_andFallsAtOnce() {
        Schedule sawtooth = Profile.SAWTOOTH.schedule(20, 200, LENGTH);

        for (int tooth = 0; tooth < 4; tooth++) {
            assertThat(sawtooth.rateAt(Duration.ofMillis(tooth * 25_000L + 18_749)))
                    .isGreaterThan(199);
            assertThat(sawtooth.rateAt(Duration.ofMillis(tooth * 25_000L + 18_750)))
                    .isEqualTo(20);
        }
    }

    @Test
    void retryStorm_isTheSpikeWithImpatientClients() {
        assertThat(Profile.RETRY_STORM.schedule(20, 200, LENGTH)).isEqualTo(Profile.SPIKE.schedule(20, 200, LENGTH));
        assertThat(Profile.RETRY_STORM.retries()).isEqualTo(3);
        assertThat(Profile.RETRY_STORM.timeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(Profile.SPIKE.retries()).isZero();
    }

    @Test
    void clientArrivals_divideTheRateByTheRequestsOfAClient() {
        var schedule = new Schedule(List.of(
                new Stage("a", 20, 20, Duration.ofSeconds(2)), new Stage("b", 200, 100, Duration.ofMillis(500))));

        assertThat(schedule.clientArrivals(5))
                .isEqualTo("rate(4.0000/s) even_arrivals(2000 ms) rate(4.0000/s)"
                        + " rate(40.0000/s) even_arrivals(500 ms) rate(20.0000/s)");
    }

    @Test
    void clients_areAsManyAsTheScheduleAsksFor() {
        var target = new Target(Target.uri("http://127.0.0.1:1/"), "GET", null, Map.of());
        Schedule schedule = Profile.SPIKE.schedule(20, 200, LENGTH);

        long clients = JMeterRun.clients(new LoadPlan(target, Profile.SPIKE, schedule, 5, 0, Duration.ofSeconds(10)));

        assertThat(clients * 5).isEqualTo(25 * 20 + 40 * 200 + 35 * 20);
    }

    @Test
    void plan_ofMoreClientsThanThreads_isRefusedWithTheArithmetic() {
        var target = new Target(Target.uri("http://127.0.0.1:1/"), "GET", null, Map.of());
        Schedule schedule = Profile.SPIKE.schedule(1_000, 10_000, LENGTH);

        assertThatThrownBy(() -> new LoadPlan(target, Profile.SPIKE, schedule, 5, 0, Duration.ofSeconds(10)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "10000 requests per second x 10.0 s x 1 attempts: up to 100000 clients at once if nothing answers"
                                + " (expected: at most 10000; lower --rate, --factor, --timeout or --retries)");
    }
}
