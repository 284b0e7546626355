package io.ebbtide.testkit.contract;

import io.ebbtide.internal.Printable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The ways in which an application may handle a request; each has its own path, its name in lower case. */
enum Scenario {
    /** Answers {@code plain}. */
    PLAIN {
        @Override
        void play(Exchange exchange, Application application) throws Exception {
            write(exchange, "plain");
        }
    },
    /** Answers 204. */
    EMPTY {
        @Override
        void play(Exchange exchange, Application application) {
            exchange.status(204);
        }
    },
    /** Throws an exception before it answers. */
    FAILS {
        @Override
        void play(Exchange exchange, Application application) {
            throw new IllegalStateException("a handler that fails");
        }
    },
    /** Throws an error. */
    ERRS {
        @Override
        void play(Exchange exchange, Application application) {
            throw new StackOverflowError("a handler that throws an error");
        }
    },
    /** Throws an exception after a part of the answer was sent. */
    FAILS_WITHIN {
        @Override
        void play(Exchange exchange, Application application) throws Exception {
            write(exchange, "first ");
            exchange.flush();
            throw new IllegalStateException("a handler that fails while it sends its answer");
        }
    },
    /** Waits until it is released. */
    BLOCKING {
        @Override
        void play(Exchange exchange, Application application) throws Exception {
            application.awaitRelease();
            write(exchange, "blocked");
        }
    },
    /** Waits until it is released, even if interrupted. */
    STUBBORN {
        @Override
        void play(Exchange exchange, Application application) throws Exception {
            application.awaitReleaseWhateverComes();
            write(exchange, "stubborn");
        }
    },
    /** Sends a part, waits until it is released, sends the rest. */
    STREAM {
        @Override
        void play(Exchange exchange, Application application) throws Exception {
            write(exchange, "first ");
            exchange.flush();
            application.awaitRelease();
            write(exchange, "last");
        }
    },
    /** Sends an event, waits until it is released, sends another. */
    EVENTS {
        @Override
        void play(Exchange exchange, Application application) throws Exception {
            exchange.contentType("text/event-stream;charset=utf-8");
            write(exchange, "data: first\n\n");
            exchange.flush();
            application.awaitRelease();
            write(exchange, "data: last\n\n");
        }
    },
    /** Answers in two parts. */
    CHUNKED {
        @Override
        void play(Exchange exchange, Application application) throws Exception {
            write(exchange, "one");
            exchange.flush();
            write(exchange, "two");
        }
    },
    /** Answers with more than the buffers of a connection hold. */
    LARGE {
        @Override
        void play(Exchange exchange, Application application) throws Exception {
            byte[] part = new byte[64 * 1024];
            Arrays.fill(part, (byte) 'x');
            for (int sent = 0; sent < LARGE_BYTES; sent += part.length) {
                exchange.write(part);
            }
        }
    },
    /** Answers with the received body. */
    ECHO {
        @Override
        void play(Exchange exchange, Application application) throws Exception {
            exchange.write(exchange.body());
        }
    },
    /** Answers with the number of received bytes, or 400 if the body is incomplete. */
    READS {
        @Override
        void play(Exchange exchange, Application application) throws Exception {
            try {
                write(exchange, exchange.body().length + " bytes");
            } catch (IOException | RuntimeException e) { // the exception depends on the server
                refuse(exchange);
            }
        }

        private void refuse(Exchange exchange) {
            try {
                exchange.status(400);
            } catch (IllegalStateException e) {
                // the server has answered by itself
            }
        }
    },
    /** Stays open, and is completed by another thread once it is released. */
    ASYNC {
        @Override
        void play(Exchange exchange, Application application) throws Exception {
            application.whenReleased(exchange.open(NO_TIMEOUT), open -> open.complete(bytes("async")));
        }
    },
    /** Stays open, and fails on another thread. */
    ASYNC_FAILS {
        @Override
        void play(Exchange exchange, Application application) throws Exception {
            exchange.open(NO_TIMEOUT).fail(new IllegalStateException("a task that fails"));
        }
    },
    /** Stays open with a time-out, and is not completed before the trial is over. */
    ASYNC_NEVER {
        @Override
        void play(Exchange exchange, Application application) throws Exception {
            application.atTheEnd(exchange.open(Duration.ofMillis(300)), open -> open.complete(bytes("too late")));
        }
    },
    /** Takes the connection over. */
    UPGRADE {
        @Override
        void play(Exchange exchange, Application application) throws Exception {
            exchange.upgrade();
        }
    };

    /** The size of {@link #LARGE}'s answer; loopback buffers at most some 10 MiB. */
    static final int LARGE_BYTES = 24 * 1024 * 1024;

    private static final Duration NO_TIMEOUT = Duration.ofSeconds(60);

    abstract void play(Exchange exchange, Application application) throws Exception;

    String path() {
        return "/" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Some servers provide a path with its parameters, some without. */
    static @Nullable Scenario at(String sent) {
        String path = Printable.path(sent);
        for (Scenario scenario : values()) {
            if (scenario.path().equals(path)) {
                return scenario;
            }
        }
        return null;
    }

    private static void write(Exchange exchange, String text) throws Exception {
        exchange.write(bytes(text));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
