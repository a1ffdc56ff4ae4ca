/**
 * What a graph says about a node beyond its place: one record per type of Task and Plan, with templates and expressions
 * compiled. Owns what the settings of each type mean. Runs nothing itself.
 */
package io.ticktock.graph.settings;
