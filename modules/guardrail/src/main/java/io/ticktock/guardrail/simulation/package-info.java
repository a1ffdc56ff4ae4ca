/**
 * What policies would have done to lifetimes that were recorded. Pure: it is handed the logs, and tells what it found.
 */
package io.ticktock.guardrail.simulation;
