package io.ticktock.launcher.simulation;

import com.google.protobuf.Message;
import io.ticktock.state.StateStore;
import io.vertx.core.Future;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Function;

/** What stands between a store and whoever asks it. */
@FunctionalInterface
interface StoreSeam {

    /**
     * Answers, by what the store does or otherwise.
     *
     * @param method of {@link StateStore}
     */
    Future<?> ask(String method, Message request, Function<Message, Future<?>> store);

    /** The store as it is seen from outside. */
    static StateStore before(StateStore store, StoreSeam seam) {
        return (StateStore) Proxy.newProxyInstance(
                StateStore.class.getClassLoader(),
                new Class<?>[] {StateStore.class},
                (proxy, method, arguments) -> arguments == null
                        ? method.invoke(store)
                        : seam.ask(
                                method.getName(), (Message) arguments[0], request -> invoke(store, method, request)));
    }

    private static Future<?> invoke(StateStore store, Method method, Message request) {
        try {
            return (Future<?>) method.invoke(store, request);
        } catch (InvocationTargetException e) {
            return Future.failedFuture(e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
