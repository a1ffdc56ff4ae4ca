/**
 * The policies: admission before a dispatch, the verdict after a record, and the budgets that both are counted against.
 *
 * <p>Decides from what a request carries, and says why. It never reads a clock or a table to decide, never dispatches, and
 * never lets pass what it could not evaluate.
 */
package io.ticktock.guardrail;
