/**
 * Traces: which ids a lifetime and its attempts have in them, and how a context travels as text. Owns that a lifetime is one
 * trace, in whatever process and after whatever restart it goes on. Never exports anything, and holds no span open.
 */
package io.ticktock.bus.trace;
