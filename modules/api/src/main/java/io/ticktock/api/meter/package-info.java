/**
 * What the way in counts of requests: how many, how long, refused why. Owns the names and labels of these meters, and that
 * no label is of a tenant or has more than a few values. Never looks into a request.
 */
package io.ticktock.api.meter;
