package io.ebbtide.benchmarks;

/** The unit of a figure, and the number of decimals it is printed with. */
enum Unit {
    MILLIS("ms", 1),
    PERCENT("%", 2),
    NANOS("ns", 1),
    BYTES("B", 1),
    RATIO("", 3),
    COUNT("", 0);

    private final String symbol;
    private final int decimals;

    Unit(String symbol, int decimals) {
        this.symbol = symbol;
        this.decimals = decimals;
    }

    /** The number without its unit. */
    String number(double value) {
        return ("%." + decimals + "f").formatted(value);
    }

    /** The number with its unit. */
    String text(double value) {
        return symbol.isEmpty() ? number(value) : number(value) + " " + symbol;
    }
}
