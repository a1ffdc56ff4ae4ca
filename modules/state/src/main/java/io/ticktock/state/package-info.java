/**
 * The data plane's tables: records, lifetimes, events, timers and shards in PostgreSQL, and the publishing of references
 * to what has become durable.
 *
 * <p>Owns all SQL and the embedded database. It never decides what happens next, and never acknowledges what is not durable.
 */
package io.ticktock.state;
