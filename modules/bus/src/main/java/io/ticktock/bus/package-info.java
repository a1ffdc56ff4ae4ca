/**
 * The typed event bus on which the planes meet. Owns addresses, codec, timeouts and how failures travel. Never looks
 * into a message and never keeps state of a lifetime.
 */
package io.ticktock.bus;
