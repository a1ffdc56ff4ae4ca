package io.ticktock.graph.settings;

/** What a graph says about a Plan, by its type. */
public sealed interface PlanSettings extends NodeSettings
        permits RulesSettings, NextSettings, MapSettings, LlmPlanSettings, CustomPlanSettings {}
