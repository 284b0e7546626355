package io.ebbtide.autoscale;

import java.awt.image.BufferedImage;
import java.util.Base64;
import java.util.List;

/** Writes results as one self-contained HTML page: no script, no style sheet, no font; images are embedded. */
final class HtmlReport {
    private HtmlReport() {}

    static String text(Report report) {
        List<SimulationResult> results = report.results();
        var page = new StringBuilder(200_000);
        page.append("""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
                <title>Autoscaling simulation</title>
                <style>
                body { font: 15px/1.5 sans-serif; margin: 2em auto; max-width: 1240px; padding: 0 1em; color: #222; }
                table { border-collapse: collapse; margin: 1em 0; }
                th, td { padding: .3em .8em; text-align: right; border-bottom: 1px solid #ddd; }
                th:first-child, td:first-child { text-align: left; }
                img { max-width: 100%; display: block; margin: 1em 0; }
                code { background: #f4f4f4; padding: 0 .3em; }
                </style>
                </head>
                <body>
                <h1>Autoscaling simulation</h1>
                """);
        page.append("<p>").append(escaped(report.trace().toString())).append("</p>\n<table>\n<tr>");
        TextReport.HEADS.forEach(
                each -> page.append("<th scope=\"col\">").append(escaped(each)).append("</th>"));
        page.append("</tr>\n");
        for (SimulationResult each : results) {
            page.append("<tr>");
            TextReport.row(each)
                    .forEach(cell -> page.append("<td>").append(escaped(cell)).append("</td>"));
            page.append("</tr>\n");
        }
        page.append("</table>\n");
        if (report.search() != null) {
            page.append("<p>").append(escaped(report.search().text())).append("</p>\n");
        }
        List<String> titles = List.of(
                "Load, and capacity of the pods in rotation", "Replicas over time", "Requests over capacity so far");
        List<BufferedImage> images = Charts.of(results);
        for (int i = 0; i < images.size(); i++) {
            page.append("<img alt=\"")
                    .append(escaped(titles.get(i)))
                    .append("\" src=\"data:image/png;base64,")
                    .append(Base64.getEncoder().encodeToString(Charts.png(images.get(i))))
                    .append("\">\n");
        }
        page.append("<h2>Autoscalers</h2>\n<ul>\n");
        results.forEach(each -> page.append("<li>")
                .append(escaped(each.scenario().label()))
                .append(": <code>")
                .append(escaped(each.scenario().hpa().text()))
                .append("</code></li>\n"));
        page.append("</ul>\n<h2>Assumptions</h2>\n<ul>\n");
        report.assumptions()
                .forEach(each -> page.append("<li>").append(escaped(each)).append("</li>\n"));
        return page.append("</ul>\n</body>\n</html>\n").toString();
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
