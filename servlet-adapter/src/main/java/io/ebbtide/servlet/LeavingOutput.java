package io.ebbtide.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;

/** The container's stream, which looks whether the client is to be asked to leave before it sends anything. */
final class LeavingOutput extends ServletOutputStream {
    private final ServletOutputStream container;
    private final LeavingResponse response;

    LeavingOutput(ServletOutputStream container, LeavingResponse response) {
        this.container = container;
        this.response = response;
    }

    @Override
    public void write(int b) throws IOException {
        response.beforeBody();
        container.write(b);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        response.beforeBody();
        container.write(bytes, from, length);
    }

    @Override
    public void flush() throws IOException {
        response.beforeBody();
        container.flush();
    }

    @Override
    public void close() throws IOException {
        response.returned();
        container.close();
    }

    @Override
    public boolean isReady() {
        return container.isReady();
    }

    @Override
    public void setWriteListener(WriteListener listener) {
        container.setWriteListener(listener);
    }
}
