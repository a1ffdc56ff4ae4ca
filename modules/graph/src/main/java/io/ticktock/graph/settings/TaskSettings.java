package io.ticktock.graph.settings;

/** What a graph says about a Task, by its type. */
public sealed interface TaskSettings extends NodeSettings
        permits TransformSettings,
                HttpSettings,
                WaitSettings,
                HumanSettings,
                ChildGraphSettings,
                McpSettings,
                LlmTaskSettings,
                CustomTaskSettings {}
