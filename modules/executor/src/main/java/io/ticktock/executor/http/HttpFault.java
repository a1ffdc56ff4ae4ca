package io.ticktock.executor.http;

/** Why a request did not get an answer that can be used. */
public final class HttpFault extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** The kinds of fault. */
    public enum Kind {
        /** The request cannot be sent as it is. */
        INVALID_REQUEST("http_invalid_request", false),
        /** The name of the host is not known. */
        UNKNOWN_HOST("http_unknown_host", true),
        /** The address is none that may be reached. */
        ADDRESS_REFUSED("http_address_refused", false),
        /** No connection, or it broke. */
        CONNECTION_FAILED("http_connection_failed", true),
        /** The server's certificate is not trusted, or is another's. */
        TLS_FAILED("http_tls_failed", false),
        /** No answer in time. */
        TIMED_OUT("http_timeout", true),
        /** One redirect after another, or one that must not be followed. */
        REDIRECT_REFUSED("http_redirect_refused", false),
        /** More than is taken in. */
        RESPONSE_TOO_LARGE("http_response_too_large", false);

        private final String code;
        private final boolean retryable;

        Kind(String code, boolean retryable) {
            this.code = code;
            this.retryable = retryable;
        }

        /** Stable, lower_snake_case. */
        public String code() {
            return code;
        }

        /** Whether another attempt may succeed. */
        public boolean retryable() {
            return retryable;
        }
    }

    HttpFault(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    HttpFault(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
