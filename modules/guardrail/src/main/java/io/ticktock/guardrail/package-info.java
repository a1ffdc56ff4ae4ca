/**
 * The policies: admission before a dispatch, and the verdict after a record.
 *
 * <p>Decides from what a request carries, and says why. It never reads a clock or a table to decide, never dispatches, and
 * never lets pass what it could not evaluate.
 */
package io.ticktock.guardrail;
