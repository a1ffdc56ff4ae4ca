package io.ticktock.launcher;

import java.nio.file.Path;
import java.util.Map;

/** What every command works with: streams, the wish to stop, and the environment's variables. */
record Session(Terminal terminal, Interruption interruption, Map<String, String> environment) {

    static Session ofProcess() {
        return new Session(Terminal.ofProcess(), Interruption.ofProcess(), System.getenv());
    }

    /** How this program was called, for messages that tell what to call next. */
    static String program() {
        String classPath = System.getProperty("java.class.path", "");
        return classPath.endsWith(".jar") ? "java -jar " + Path.of(classPath) : "ticktock";
    }
}
