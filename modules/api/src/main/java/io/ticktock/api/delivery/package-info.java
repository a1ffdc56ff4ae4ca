/**
 * Sends events to webhooks: which of them this process delivers for, what is due, and the requests. What has come of it is
 * kept by the data plane; nothing here outlives the process.
 */
package io.ticktock.api.delivery;
