/**
 * What the tests of all modules share: contract suites, an in-memory store, a bus that fails on purpose, fixtures.
 *
 * <p>Each contract is written once and run here against every implementation. No module ships with it.
 */
package io.ticktock.testkit;
