package io.ticktock.launcher;

import java.util.OptionalLong;

/** The system that a command works with: the one on a data folder, or a server's. */
interface ReachedSystem extends AutoCloseable {

    Client client();

    Payloads payloads();

    /** Whether lifetimes go on in this process, and so only as long as the command runs. */
    boolean drivesHere();

    /** Of the database's main process, when this process started it. */
    OptionalLong databasePid();

    /** The flags that reach it again, for messages that tell what to call next. */
    String flags();

    @Override
    void close();
}
