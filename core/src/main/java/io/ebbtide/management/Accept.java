package io.ebbtide.management;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Chooses between the two formats of metrics by an {@code Accept} header (RFC 9110, section 12.5.1). */
final class Accept {
    private static final Pattern WEIGHT = Pattern.compile(";\\s*q\\s*=\\s*([01](?:\\.\\d{0,3})?)\\s*(?:;|$)");

    private Accept() {}

    /**
     * Returns whether a client prefers OpenMetrics to the Prometheus text format. The client must name OpenMetrics:
     * wildcards mean the text format, which every reader supports.
     *
     * @param header empty if the request has none
     */
    static boolean prefersOpenMetrics(String header) {
        double openMetrics = 0;
        double text = -1;
        double anyText = -1;
        double anything = -1;
        for (String range : header.toLowerCase(Locale.ROOT).split(",", -1)) {
            double weight = weight(range);
            switch (range.split(";", 2)[0].strip()) {
                case "application/openmetrics-text" -> openMetrics = Math.max(openMetrics, weight);
                case "text/plain" -> text = Math.max(text, weight);
                case "text/*" -> anyText = weight;
                case "*/*" -> anything = weight;
                default -> {}
            }
        }
        double mostSpecific = text >= 0 ? text : anyText >= 0 ? anyText : anything;
        return openMetrics > 0 && openMetrics >= mostSpecific;
    }

    private static double weight(String range) {
        Matcher matcher = WEIGHT.matcher(range);
        return matcher.find() ? Double.parseDouble(matcher.group(1)) : 1;
    }
}
