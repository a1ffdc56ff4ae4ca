/**
 * Policies: what a policy file says, which of them are about an execution, and what they say of it. Everything here is
 * pure; reading folders and answering requests is for others.
 */
package io.ticktock.guardrail.policy;
