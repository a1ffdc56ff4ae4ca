/**
 * Follows the logs of lifetimes for those who listen, whatever the protocol. Owns who listens, where each has got to, and
 * the bounds on that; it never keeps events, and never knows how one is written.
 */
package io.ticktock.api.event;
