/**
 * What a process keeps for each tenant so that none takes what is another's: queues with turns, rates, and what is known of
 * quotas. Never decides what happens to work that has to wait or is refused.
 */
package io.ticktock.bus.tenant;
