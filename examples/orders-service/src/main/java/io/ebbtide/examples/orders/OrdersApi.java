package io.ebbtide.examples.orders;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undertow.Handlers;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.util.Headers;
import io.undertow.util.PathTemplateMatch;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Orders over HTTP: {@code POST /orders}, {@code GET /orders?limit=}, {@code GET /orders/{id}}. Each takes
 * {@code ?delayMs=}, which slows it down on purpose.
 */
final class OrdersApi {
    private static final Logger LOG = LoggerFactory.getLogger(OrdersApi.class);
    private static final int MAX_BODY_BYTES = 16 * 1024;
    private static final int MAX_LISTED = 1_000;
    private static final int MAX_DELAY_MILLIS = 60_000;
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private final OrderStore store;
    private final JsonMapper json = new JsonMapper();

    private OrdersApi(OrderStore store) {
        this.store = store;
    }

    /** Handles requests on worker threads. */
    static HttpHandler handler(OrderStore store) {
        var api = new OrdersApi(store);
        HttpHandler routes = Handlers.routing()
                .post("/orders", api.guarded(api::create))
                .get("/orders", api.guarded(api::list))
                .get("/orders/{id}", api.guarded(api::read))
                .setFallbackHandler(api.guarded(exchange -> {
                    throw new BadInput(StatusCodes.NOT_FOUND, "unknown path (expected: /orders or /orders/{id})");
                }))
                .setInvalidMethodHandler(api.guarded(exchange -> {
                    throw new BadInput(
                            StatusCodes.METHOD_NOT_ALLOWED,
                            exchange.getRequestMethod() + " (expected: GET, or POST of /orders)");
                }));
        return new BlockingHandler(routes);
    }

    private void create(HttpServerExchange exchange) throws BadInput, IOException {
        Order order = store.create(NewOrder.of(body(exchange)));
        exchange.getResponseHeaders().put(Headers.LOCATION, "/orders/" + order.id());
        send(exchange, StatusCodes.CREATED, write(order));
    }

    private void read(HttpServerExchange exchange) throws BadInput {
        String text = exchange.getAttachment(PathTemplateMatch.ATTACHMENT_KEY)
                .getParameters()
                .getOrDefault("id", "");
        long id = number("id", text, 1, Long.MAX_VALUE);
        Order order =
                store.find(id).orElseThrow(() -> new BadInput(StatusCodes.NOT_FOUND, "no order has the id " + id));
        send(exchange, StatusCodes.OK, write(order));
    }

    private void list(HttpServerExchange exchange) throws BadInput {
        long limit = number("limit", parameter(exchange, "limit", "100"), 1, MAX_LISTED);
        var orders = json.createArrayNode();
        store.latest((int) limit).forEach(order -> orders.add(write(order)));
        send(exchange, StatusCodes.OK, orders);
    }

    /** Reports errors of the client to the client; never shows a stack trace. */
    private HttpHandler guarded(Action action) {
        return exchange -> {
            try {
                delay(exchange);
                action.run(exchange);
            } catch (BadInput e) {
                send(exchange, e.status(), json.createObjectNode().put("error", e.getMessage()));
            } catch (StoreUnavailable e) {
                LOG.warn("{} {}: {}", exchange.getRequestMethod(), exchange.getRequestPath(), e.getMessage(), e);
                exchange.getResponseHeaders().put(Headers.RETRY_AFTER, 1);
                send(
                        exchange,
                        StatusCodes.SERVICE_UNAVAILABLE,
                        json.createObjectNode().put("error", "the store is unavailable; try again"));
            }
        };
    }

    @FunctionalInterface
    private interface Action {
        void run(HttpServerExchange exchange) throws BadInput, IOException;
    }

    private static void delay(HttpServerExchange exchange) throws BadInput, InterruptedException {
        long millis = number("delayMs", parameter(exchange, "delayMs", "0"), 0, MAX_DELAY_MILLIS);
        if (millis > 0 && NEVER.await(millis, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("unreachable");
        }
    }

    private JsonNode body(HttpServerExchange exchange) throws BadInput, IOException {
        byte[] bytes = exchange.getInputStream().readNBytes(MAX_BODY_BYTES + 1);
        if (bytes.length > MAX_BODY_BYTES) {
            throw new BadInput(
                    StatusCodes.REQUEST_ENTITY_TOO_LARGE, "the body is too large (expected: at most 16 KiB)");
        }
        try {
            return json.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw new BadInput(StatusCodes.BAD_REQUEST, "the body is not JSON: " + e.getOriginalMessage());
        }
    }

    private ObjectNode write(Order order) {
        return json.createObjectNode()
                .put("id", order.id())
                .put("item", order.item())
                .put("quantity", order.quantity())
                .put("at", order.at().toString());
    }

    private static void send(HttpServerExchange exchange, int status, JsonNode body) {
        exchange.setStatusCode(status);
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
        exchange.getResponseSender().send(body.toString());
    }

    private static String parameter(HttpServerExchange exchange, String name, String otherwise) {
        Deque<String> values = exchange.getQueryParameters().get(name);
        return values == null ? otherwise : values.getFirst();
    }

    private static long number(String name, String text, long min, long max) throws BadInput {
        try {
            long number = Long.parseLong(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // reported below, like a number out of range
        }
        throw new BadInput(
                StatusCodes.BAD_REQUEST,
                "%s: %s (expected: a whole number from %d to %d)".formatted(name, text, min, max));
    }
}
