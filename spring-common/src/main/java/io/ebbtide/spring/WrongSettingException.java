package io.ebbtide.spring;

/** A property {@code ebbtide.*}, or an environment variable, has a wrong value. Immutable. */
final class WrongSettingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    WrongSettingException(IllegalArgumentException cause) {
        super(cause.getMessage(), cause);
    }
}
