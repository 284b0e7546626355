package io.ebbtide.examples.orders;

import com.fasterxml.jackson.databind.JsonNode;
import io.undertow.util.StatusCodes;

/**
 * An order that a client requests. Immutable.
 *
 * @param item 1 to 100 characters, not blank
 * @param quantity 1 to 1000
 */
public record NewOrder(String item, int quantity) {
    private static final int LONGEST_ITEM = 100;
    private static final int MAX = 1_000;

    /** Reads an order from a client's JSON. */
    static NewOrder of(JsonNode json) throws BadInput {
        JsonNode item = json.path("item");
        if (!item.isTextual() || item.asText().isBlank() || item.asText().length() > LONGEST_ITEM) {
            throw wrong("item", item, "a text of 1 to " + LONGEST_ITEM + " characters, not blank");
        }
        JsonNode quantity = json.path("quantity");
        if (!quantity.isInt() || quantity.asInt() < 1 || quantity.asInt() > MAX) {
            throw wrong("quantity", quantity, "a whole number from 1 to " + MAX);
        }
        return new NewOrder(item.asText(), quantity.asInt());
    }

    private static BadInput wrong(String name, JsonNode value, String expected) {
        String shown = value.isMissingNode() ? "missing" : value.toString();
        String brief = shown.length() > 60 ? shown.substring(0, 60) + "..." : shown;
        return new BadInput(StatusCodes.UNPROCESSABLE_ENTITY, "%s: %s (expected: %s)".formatted(name, brief, expected));
    }
}
