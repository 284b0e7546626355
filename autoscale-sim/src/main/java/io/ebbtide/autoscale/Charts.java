package io.ebbtide.autoscale;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws results over time as images. Needs fonts on the machine, but no display. */
final class Charts {
    private static final int WIDTH = 1200;
    private static final int HEIGHT = 360;
    /** Distinct also for readers who do not see all colours (Okabe and Ito, 2008). */
    private static final Color[] COLOURS = {
        new Color(0xD55E00),
        new Color(0x0072B2),
        new Color(0x009E73),
        new Color(0xCC79A7),
        new Color(0xE69F00),
        new Color(0x56B4E9),
        new Color(0x000000),
    };

    private static final Color LOAD = new Color(0x999999);

    private Charts() {}

    /** Three images: load and capacity of the pods in rotation, replicas, and requests over capacity so far. */
    static List<BufferedImage> of(List<SimulationResult> results) {
        System.setProperty("java.awt.headless", "true");
        try {
            return List.of(capacity(results), replicas(results), over(results));
        } catch (Error e) { // the JDK reports missing fonts by errors of several kinds
            throw BadInput.of(
                    "charts",
                    "cannot be drawn: %s (expected: fontconfig and a font on this machine); install them, or omit "
                            + "--html and --png",
                    e);
        }
    }

    private static BufferedImage capacity(List<SimulationResult> results) {
        XYChart chart =
                chart("Requests per second: arriving, and capacity of the pods in rotation", "requests/s", results);
        Timeline load = results.get(0).timeline();
        XYSeries arriving = chart.addSeries("arriving", load.minutes(), load.arriving());
        arriving.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Area);
        arriving.setLineColor(LOAD);
        arriving.setFillColor(new Color(0, 0, 0, 40));
        arriving.setMarker(SeriesMarkers.NONE);
        add(chart, results, Timeline::capacity, each -> each.scenario().label());
        return image(chart);
    }

    private static BufferedImage replicas(List<SimulationResult> results) {
        XYChart chart = chart("Replicas", "pods", results);
        add(
                chart,
                results,
                Timeline::replicas,
                each -> String.format(
                        Locale.ROOT, "%s: %.2f pod-hours", each.scenario().label(), each.podHours()));
        return image(chart);
    }

    private static BufferedImage over(List<SimulationResult> results) {
        XYChart chart = chart("Requests over capacity so far", "requests", results);
        add(
                chart,
                results,
                Timeline::overSoFar,
                each -> String.format(Locale.ROOT, "%s: %,.0f", each.scenario().label(), each.overCapacity()));
        return image(chart);
    }

    private static XYChart chart(String title, String unit, List<SimulationResult> results) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle("minutes")
                .yAxisTitle(unit)
                .build();
        var style = chart.getStyler();
        boolean few = results.stream()
                        .mapToInt(each -> each.scenario().label().length() + 20)
                        .sum()
                < 130;
        style.setLegendPosition(few ? Styler.LegendPosition.OutsideS : Styler.LegendPosition.OutsideE);
        style.setLegendLayout(few ? Styler.LegendLayout.Horizontal : Styler.LegendLayout.Vertical);
        style.setXAxisTickMarkSpacingHint(110);
        style.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
        style.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 15));
        style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        style.setChartBackgroundColor(Color.WHITE);
        style.setLegendBorderColor(Color.WHITE);
        style.setPlotGridLinesColor(new Color(0xE0E0E0));
        style.setMarkerSize(0);
        style.setLocale(Locale.ROOT);
        style.setDecimalPattern("#,##0.##");
        style.setYAxisMin(0.0);
        return chart;
    }

    private static void add(
            XYChart chart,
            List<SimulationResult> results,
            Function<Timeline, double[]> values,
            Function<SimulationResult, String> label) {
        Set<String> labels = new HashSet<>();
        for (int i = 0; i < results.size(); i++) {
            SimulationResult each = results.get(i);
            String name = label.apply(each);
            XYSeries series = chart.addSeries(
                    labels.add(name) ? name : name + " (" + i + ")",
                    each.timeline().minutes(),
                    values.apply(each.timeline()));
            series.setMarker(SeriesMarkers.NONE);
            series.setLineColor(COLOURS[i % COLOURS.length]);
            // Lines that cover each other stay visible: the first is wide, the last is dashed.
            float width = Math.max(2f, 2f + 2.5f * (results.size() - 1 - i));
            series.setLineStyle(
                    i == results.size() - 1 && i > 0
                            ? new BasicStroke(
                                    2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10f, new float[] {7f, 5f}, 0f)
                            : new BasicStroke(Math.min(6f, width), BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND));
        }
    }

    private static BufferedImage image(XYChart chart) {
        var image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        chart.paint(graphics, WIDTH, HEIGHT);
        graphics.dispose();
        return image;
    }

    /** Stacks the images into one, from top to bottom. */
    static BufferedImage stacked(List<BufferedImage> images) {
        int height = images.stream().mapToInt(BufferedImage::getHeight).sum();
        var all = new BufferedImage(WIDTH, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = all.createGraphics();
        int at = 0;
        for (BufferedImage each : new ArrayList<>(images)) {
            graphics.drawImage(each, 0, at, null);
            at += each.getHeight();
        }
        graphics.dispose();
        return all;
    }

    static byte[] png(BufferedImage image) {
        var bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // an array does not fail
        }
        return bytes.toByteArray();
    }
}
