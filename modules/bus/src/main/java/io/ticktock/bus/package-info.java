/**
 * The typed event bus on which the planes meet. Owns addresses, codec, timeouts, how failures travel, and what all planes
 * must reckon alike: times, shards, lineages and totals. Never looks into a message on its way and never keeps state of a
 * lifetime.
 */
package io.ticktock.bus;
