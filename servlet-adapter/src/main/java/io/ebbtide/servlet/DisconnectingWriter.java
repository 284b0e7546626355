package io.ebbtide.servlet;

import java.io.PrintWriter;

/** The container's writer, which checks before each write whether the client is to be asked to disconnect. */
final class DisconnectingWriter extends PrintWriter {
    private final PrintWriter container;
    private final DisconnectingResponse response;

    DisconnectingWriter(PrintWriter container, DisconnectingResponse response) {
        super(container);
        this.container = container;
        this.response = response;
    }

    @Override
    public void write(int c) {
        response.beforeBody();
        container.write(c);
    }

    @Override
    public void write(char[] text, int from, int length) {
        response.beforeBody();
        container.write(text, from, length);
    }

    @Override
    public void write(String text, int from, int length) {
        response.beforeBody();
        container.write(text, from, length);
    }

    /** Containers end lines their own way. */
    @Override
    public void println() {
        response.beforeBody();
        container.println();
    }

    @Override
    public void flush() {
        response.beforeBody();
        container.flush();
    }

    @Override
    public void close() {
        response.returned();
        container.close();
        response.closed();
    }

    @Override
    public boolean checkError() {
        boolean failed = container.checkError();
        if (failed) {
            response.failed();
        }
        return failed;
    }
}
