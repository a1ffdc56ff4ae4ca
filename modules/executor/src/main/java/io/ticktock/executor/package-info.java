/**
 * Runs tasks and plans: takes an input, calls the handler, and hands the record to the data plane until it is acknowledged.
 *
 * <p>It never decides what comes next, and never drops a result because somebody else is away.
 */
package io.ticktock.executor;
