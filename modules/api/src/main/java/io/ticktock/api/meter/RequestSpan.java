package io.ticktock.api.meter;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.ticktock.bus.trace.TraceParent;
import io.ticktock.bus.trace.Tracing;
import java.util.function.Supplier;

/** The span of one request from outside, in the trace of its caller where there is one. Used on one event loop. */
public final class RequestSpan {

    private static final int FIRST_OF_SERVER_ERRORS = 500;

    private final Span span;
    private final Context context;
    private boolean ended;

    private RequestSpan(Span span, Context context) {
        this.span = span;
        this.context = context;
    }

    /**
     * @param name until more is known
     * @param traceParent the header of that name; null where there is none
     */
    public static RequestSpan begin(Tracing tracing, String name, String traceParent) {
        if (!tracing.isOn()) {
            return new RequestSpan(Span.getInvalid(), null);
        }
        Context caller = TraceParent.read(traceParent);
        Span span = tracing.span(name, caller).setSpanKind(SpanKind.SERVER).startSpan();
        return new RequestSpan(span, caller.with(span));
    }

    /** Does this as part of the request. */
    public <T> T within(Supplier<T> work) {
        return context == null ? work.get() : Tracing.within(context, work);
    }

    /** The head of the answer is on its way. */
    public void answered(String method, String route, int status) {
        if (!ended) {
            span.updateName(method + " " + route);
            span.setAttribute("http.request.method", method)
                    .setAttribute("http.route", route)
                    .setAttribute("http.response.status_code", status);
            end(status >= FIRST_OF_SERVER_ERRORS, Integer.toString(status));
        }
    }

    /** An rpc has ended, or its stream has begun. */
    public void called(String rpc, String status, boolean isFault) {
        if (!ended) {
            span.setAttribute("rpc.system", "grpc")
                    .setAttribute("rpc.method", rpc)
                    .setAttribute("rpc.response.status_code", status);
            end(isFault, status);
        }
    }

    /** Nobody waits for an answer any more. */
    public void gone() {
        if (!ended) {
            end(false, "");
        }
    }

    private void end(boolean isFault, String type) {
        ended = true;
        if (isFault) {
            span.setStatus(StatusCode.ERROR).setAttribute("error.type", type);
        }
        span.end();
    }
}
