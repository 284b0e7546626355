package io.ebbtide.internal;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Decides by a name whether its value is a secret: {@code aws_secret_access_key}, {@code -Ddb.password}. Stateless. */
final class SecretKeys {
    private static final int MIN_LENGTH = 2;

    /** What such a name ends with once all but letters and digits is taken out. */
    private static final List<String> ENDINGS = List.of(
            "password",
            "passwd",
            "passwort",
            "passphrase",
            "passcode",
            "pwd",
            "secret",
            "token",
            "credential",
            "credentials",
            "signature",
            "assertion",
            "codeverifier",
            "authorization",
            "cookie",
            "sessionid",
            "sessid",
            "jwt",
            "apikey",
            "appkey",
            "accesskey",
            "accesskeyid",
            "accountkey",
            "authkey",
            "clientkey",
            "encryptionkey",
            "masterkey",
            "privatekey",
            "secretkey",
            "sharedkey",
            "signingkey",
            "storagekey",
            "subscriptionkey");

    /** What is the last word of such a name, and ends other words as well. */
    private static final Set<String> LAST_WORDS = Set.of("pass", "pw", "auth", "sig", "sas", "bearer", "otp");

    /** Headers whose values have blanks. */
    private static final Set<String> HEADERS = Set.of("authorization", "proxyauthorization", "cookie", "setcookie");

    private SecretKeys() {}

    /** Whether the value of this name is a secret. */
    static boolean isSecret(String name) {
        String plain = withoutDigits(plain(name));
        if (plain.length() < MIN_LENGTH) {
            return false;
        }
        for (String ending : ENDINGS) {
            if (plain.endsWith(ending)) {
                return true;
            }
        }
        return LAST_WORDS.contains(lastWord(name));
    }

    /** Whether the value of such a name is made by a machine, and so no word of a language. */
    static boolean isMadeByMachine(String name) {
        String plain = withoutDigits(plain(name));
        return plain.endsWith("token") || plain.endsWith("signature") || plain.endsWith("assertion");
    }

    /** Whether this is an HTTP header whose whole line is a secret (RFC 9110, section 11.6.2; RFC 6265, section 4). */
    static boolean isHeader(String name) {
        return HEADERS.contains(plain(name));
    }

    /** {@code PWD} is a secret in a connection string, and the working directory in an environment. */
    static boolean mayBeDirectory(String name) {
        return name.equals("PWD") || name.equals("OLDPWD");
    }

    private static String plain(String name) {
        var plain = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            if (Character.isLetterOrDigit(name.charAt(i))) {
                plain.append(name.charAt(i));
            }
        }
        return plain.toString().toLowerCase(Locale.ROOT);
    }

    /** {@code password2} is one, too. */
    private static String withoutDigits(String plain) {
        int end = plain.length();
        while (end > 0 && Character.isDigit(plain.charAt(end - 1))) {
            end--;
        }
        return plain.substring(0, end);
    }

    private static String lastWord(String name) {
        int end = name.length();
        while (end > 0 && !Character.isLetter(name.charAt(end - 1))) {
            end--;
        }
        int start = end;
        while (start > 0 && Character.isLetter(name.charAt(start - 1))) {
            start--;
            boolean isFirstOfAWord = Character.isUpperCase(name.charAt(start))
                    && start > 0
                    && Character.isLowerCase(name.charAt(start - 1));
            if (isFirstOfAWord) {
                break;
            }
        }
        return name.substring(start, end).toLowerCase(Locale.ROOT);
    }
}
