/**
 * What real faults on real processes are made of: what can be done to a database, a connection, a network, a clock or a
 * disk, and how it is undone. Knows nothing of the program but the names of classes that it alters for a test.
 */
package io.ticktock.launcher.faults;
