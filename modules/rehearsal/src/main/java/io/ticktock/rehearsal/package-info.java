/**
 * What authors test their handlers and graphs with: a whole system in the process of the test, without a database, whose
 * clock the test moves; and calls of single handlers.
 *
 * <p>Stores nothing, opens no port, and never reaches a server.
 */
package io.ticktock.rehearsal;
