/**
 * Budgets: what is set aside for attempts before they run, and what a tenant's slices have left. It owns no table: what
 * counts is what decisions charge in their own transactions. It never lets an attempt pass for want of an answer.
 */
package io.ticktock.guardrail.budget;
