/**
 * A language model that says what a script tells it to, behind the protocol that real ones speak, and a ledger of all that
 * it was asked. Needs nothing but Vert.x and the trees of the SDK, so that it runs as a program of its own. Never thinks,
 * and never gives different answers to the same request.
 */
package io.ticktock.testkit.model;
