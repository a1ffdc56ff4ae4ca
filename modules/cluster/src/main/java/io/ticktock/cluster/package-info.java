/**
 * Processes that make up one system: how they find each other, tell of themselves and keep what they serve known to each
 * other. Owns the event bus between processes and its encryption. Never keeps anything that has to last: the bus is a hint,
 * the tables are the truth.
 */
package io.ticktock.cluster;
