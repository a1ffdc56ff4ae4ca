/**
 * Follows the logs of lifetimes for those who listen, whatever the protocol, and passes on what handlers say meanwhile. Owns
 * who listens, where each has got to, and the bounds on that; it keeps neither, and never knows how one is written.
 */
package io.ticktock.api.event;
