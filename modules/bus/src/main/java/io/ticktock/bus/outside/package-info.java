/**
 * What all who send requests to servers outside on behalf of tenants keep to: which addresses may be reached, and how long
 * to leave a server alone that asks for it. Never sends anything.
 */
package io.ticktock.bus.outside;
