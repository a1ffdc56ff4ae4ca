/**
 * What a tenant may try with another's ids, made from the contract of the routes and from the descriptors of the rpcs. Owns
 * how a request is filled and how two answers are compared, never what an answer should be.
 */
package io.ticktock.launcher.isolation;
