-- What was recorded in a span of time. Rows lie about in the order of time, so a summary of each range of pages is enough.
CREATE INDEX task_executions_recorded_at ON task_executions USING brin (recorded_at) WITH (autosummarize = on);
CREATE INDEX plan_executions_recorded_at ON plan_executions USING brin (recorded_at) WITH (autosummarize = on);
