package io.ticktock.testkit.model;

/** Says what a scripted model does. A function of the request: the same one gets the same reply. */
@FunctionalInterface
public interface Script {

    Reply reply(ModelRequest request);
}
