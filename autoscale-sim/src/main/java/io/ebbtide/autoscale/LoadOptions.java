package io.ebbtide.autoscale;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options that give the load. */
final class LoadOptions {
    static final String STANDARD_INPUT = "-";

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Source source;

    /** Exactly one of the two options. */
    static final class Source {
        @Option(
                names = "--trace",
                paramLabel = "FILE",
                description =
                        "The load: CSV of time and requests in a second, or Prometheus' answer to a range query; - for standard "
                                + "input.")
        private @Nullable String trace;

        @Option(
                names = "--shape",
                paramLabel = "SHAPE",
                description =
                        "The load: spike:base=,peak=,at=,rise=,for=,length= or ramp:from=,to=,at=,over=,length= or "
                                + "sawtooth:low=,high=,period=,length= or constant:rate=,length= or day:low=,high=,length=")
        private @Nullable String shape;
    }

    @Option(names = "--step", paramLabel = "TIME", description = "Step of --trace; 1s unless set.")
    private @Nullable Duration step;

    @Option(names = "--max-gap", paramLabel = "TIME", description = "The longest gap in a --trace; 5m unless set.")
    private @Nullable Duration maxGap;

    boolean readsStandardInput() {
        return STANDARD_INPUT.equals(source.trace);
    }

    /** The file of the trace, if the load is read from one. */
    Optional<Path> file() {
        String trace = source.trace;
        if (trace == null || readsStandardInput()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Path.of(trace));
        } catch (InvalidPathException e) {
            throw BadInput.of("--trace", "%s: no path (expected: a file, or - for standard input)", trace);
        }
    }

    Trace trace(InputStream standardInput) throws IOException {
        if (source.shape != null) {
            if (step != null || maxGap != null) {
                throw BadInput.of(
                        step == null ? "--max-gap" : "--step",
                        "with --shape (expected: with --trace only; a shape has steps of 1 s and no gaps)");
            }
            return Trace.shape(source.shape);
        }
        Duration ofStep = step == null ? Steps.USUAL : step;
        Times.checkBetween(Trace.SHORTEST_STEP, Trace.LONGEST_STEP, ofStep, "--step");
        Duration gap = maxGap == null ? Trace.MAX_GAP : maxGap;
        if (readsStandardInput()) {
            return Trace.read(standardInput, "<stdin>", ofStep, gap);
        }
        return Trace.file(file().orElseThrow(), ofStep, gap);
    }
}
