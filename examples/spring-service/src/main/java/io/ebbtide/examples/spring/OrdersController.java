package io.ebbtide.examples.spring;

import java.net.URI;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The HTTP interface. Safe for use by many threads. */
@RestController
class OrdersController {
    private static final int MAX_QUANTITY = 1_000;

    private final OrderStore store;
    private final OrderCache cache;
    private final Confirmations confirmations;

    OrdersController(OrderStore store, OrderCache cache, Confirmations confirmations) {
        this.store = store;
        this.cache = cache;
        this.confirmations = confirmations;
    }

    @PostMapping("/orders")
    ResponseEntity<Order> create(@RequestBody NewOrder order) {
        String item = order.item();
        if (item == null || item.isBlank()) {
            throw badRequest("item: missing (expected: the name of an article)");
        }
        if (order.quantity() < 1 || order.quantity() > MAX_QUANTITY) {
            throw badRequest("quantity: %d (expected: 1 to %d)".formatted(order.quantity(), MAX_QUANTITY));
        }
        Order created = store.create(item, order.quantity());
        confirmations.confirm(created.id());
        return ResponseEntity.created(URI.create("/orders/" + created.id())).body(created);
    }

    @GetMapping("/orders/{id}")
    Order find(@PathVariable("id") long id) {
        return cache.find(id).orElseGet(() -> findStored(id));
    }

    private Order findStored(long id) {
        Order found =
                store.find(id).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "no order " + id));
        cache.put(found);
        return found;
    }

    private static ResponseStatusException badRequest(String reason) {
        return new ResponseStatusException(HttpStatus.BAD_REQUEST, reason);
    }
}
