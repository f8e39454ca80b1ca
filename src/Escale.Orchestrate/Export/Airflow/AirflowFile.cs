using System.Globalization;
using System.Text;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Flow;
using Escale.Orchestrate.Pipelines.Schedules;

namespace Escale.Orchestrate.Export.Airflow;

/// <summary>
/// Pipelines as one file of DAGs for Airflow 2.10 and 3. Airflow keeps schedule, order, rules and retries; each task calls <c>escale pipeline step</c>, so that what a step does, with its templates,
/// secrets, condition and time limit, is what it does here.
/// </summary>
internal static class AirflowFile
{
    /// <summary>The file's name.</summary>
    public const string Name = "escale_pipelines.py";

    private static readonly DateTimeOffset _longAgo = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Starting the program counts in Airflow's time, not in the step's own.
    private static readonly TimeSpan _grace = TimeSpan.FromMinutes(1);

    /// <summary>The file.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.export</c>: Airflow cannot do it.</exception>
    public static ExportedFile Of(ExportSet set)
    {
        var dags = new StringBuilder();
        foreach (var pipeline in set.Pipelines)
        {
            Dag(dags, set, pipeline);
        }
        var text = new StringBuilder();
        foreach (var line in AirflowText.Header(set))
        {
            text.Append("# ").Append(line.ReplaceLineEndings(" ")).Append('\n');
        }
        text.Append(AirflowText.Helpers.Replace("PROJECT_FOLDER", Python.Text(set.Folder), StringComparison.Ordinal)).Append(dags);
        return new ExportedFile(Name, text.ToString());
    }

    private static void Dag(StringBuilder text, ExportSet set, PipelineSpec pipeline)
    {
        Triggers(set, pipeline);
        text.Append("\n\nwith DAG(\n");
        Argument(text, 4, "dag_id", Python.Text(pipeline.Name));
        Argument(text, 4, "description", Python.Text(pipeline.Description));
        Schedule(text, set, pipeline);
        Argument(text, 4, "max_active_runs", Number(pipeline.Concurrency));
        Argument(text, 4, "dagrun_timeout", pipeline.Timeout is { } timeout ? Python.Delta(timeout) : null);
        Parameters(text, pipeline);
        Argument(text, 4, "tags", Python.List([Python.Text("escale")]));
        text.Append("):\n    steps = {\n");
        foreach (var task in pipeline.Tasks)
        {
            Step(text, set, pipeline, task);
        }
        text.Append("    }\n");
        foreach (var task in pipeline.Tasks.Where(task => task.DependsOn.Count > 0))
        {
            text.Append(CultureInfo.InvariantCulture, $"    {Python.List(task.DependsOn.Distinct().Select(id => $"steps[{Python.Text(id)}]"))} >> steps[{Python.Text(task.Id)}]\n");
        }
        Outcome(text, set, pipeline);
    }

    // What starts it besides its schedule.
    private static void Triggers(ExportSet set, PipelineSpec pipeline)
    {
        set.Look(pipeline, "Airflow", $"its own REST API starts it (POST …/dags/{pipeline.Name}/dagRuns)");
        if (pipeline.Triggers.After.Count > 1)
        {
            throw ExportSet.Refusal(pipeline, "it comes after several pipelines with the same interval, which Airflow cannot say.", "Let it come after one of them, or make one pipeline of them with 'pipeline:' steps.");
        }
    }

    private static void Schedule(StringBuilder text, ExportSet set, PipelineSpec pipeline)
    {
        if (pipeline.Schedule is not { } schedule)
        {
            Argument(text, 4, "schedule", "None");
            Argument(text, 4, "start_date", Python.Moment(_longAgo));
            Argument(text, 4, "catchup", "False");
            return;
        }
        if (CronTexts.Of(pipeline, extras: true) is { } cron)
        {
            Argument(text, 4, "schedule", $"CronDataIntervalTimetable({Python.Text(cron.Cron)}, timezone={Python.Text(cron.Zone)})");
        }
        else if (schedule.From is { } from && from.UtcTicks % schedule.Every!.Value.Ticks != 0)
        {
            throw ExportSet.Refusal(pipeline, "Airflow counts such a period from 1970, not from the moment that 'from' gives.", "Write cron, a period that divides a day, or a 'from' that is a multiple of the period.");
        }
        else
        {
            Argument(text, 4, "schedule", $"DeltaDataIntervalTimetable({Python.Delta(schedule.Every!.Value)})");
        }
        var begin = schedule.CatchUp == CatchUp.All && schedule.From is null ? set.Now : First(schedule);
        Argument(text, 4, "start_date", Python.Moment(begin));
        Argument(text, 4, "end_date", Last(schedule) is { } end ? Python.Moment(end) : null);
        Argument(text, 4, "catchup", schedule.CatchUp == CatchUp.All ? "True" : "False");
        if (schedule.CatchUp == CatchUp.None)
        {
            set.Note($"{pipeline.Name}: Airflow makes up for the last time that passed while it was down; Escale makes up for none (catch_up: none).");
        }
    }

    // Airflow's dates are of the beginnings of intervals, those of a schedule of their ends.
    private static DateTimeOffset First(ScheduleSpec schedule)
    {
        var open = new Schedule(schedule with { From = null, Until = null, Except = [] });
        return schedule.From is { } from && open.Next(from.AddTicks(-1)) is { } first ? open.BeginOf(first) : _longAgo;
    }

    private static DateTimeOffset? Last(ScheduleSpec schedule)
    {
        var open = new Schedule(schedule with { From = null, Until = null, Except = [] });
        return schedule.Until is { } until && open.Previous(until) is { } last ? open.BeginOf(last) : null;
    }

    private static void Parameters(StringBuilder text, PipelineSpec pipeline)
    {
        if (pipeline.Parameters.Count == 0)
        {
            return;
        }
        text.Append("    params={\n");
        foreach (var parameter in pipeline.Parameters)
        {
            var parts = new List<string>();
            if (parameter.Default is { } value)
            {
                parts.Add(Python.Value(parameter, value));
            }
            var isTemplate = parameter.Default is { } given && Variables.IsTemplate(given);
            var type = parameter.Type switch { _ when isTemplate => "string", ParameterType.Boolean => "boolean", ParameterType.Integer => "integer", ParameterType.Number => "number", _ => "string" };
            parts.Add($"type={Python.Text(type)}");
            if (parameter.Type == ParameterType.Date && !isTemplate)
            {
                parts.Add("format=\"date\"");
            }
            if (parameter.Choices.Count > 0 && !isTemplate)
            {
                parts.Add($"enum={Python.List(parameter.Choices.Select(choice => Python.Value(parameter, choice)))}");
            }
            if (parameter.Description.Length > 0)
            {
                parts.Add($"description={Python.Text(parameter.Description)}");
            }
            text.Append(CultureInfo.InvariantCulture, $"        {Python.Text(parameter.Name)}: Param({string.Join(", ", parts)}),\n");
        }
        text.Append("    },\n");
    }

    private static void Step(StringBuilder text, ExportSet set, PipelineSpec pipeline, TaskSpec task)
    {
        text.Append(CultureInfo.InvariantCulture, $"        {Python.Text(task.Id)}: step(\n");
        Call(text, 12, pipeline, task.Id);
        Argument(text, 12, "trigger_rule", Python.Text(Rule(task.Rule)));
        Retries(text, set, pipeline, task);
        Argument(text, 12, "execution_timeout", Timeout(task) is { } timeout ? Python.Delta(timeout) : null);
        Argument(text, 12, "pool", task.Pool is { } pool ? Python.Text(AirflowText.PoolOf(pool)) : null);
        Argument(text, 12, "priority_weight", Number(1 + (201 * pipeline.Priority) + task.Priority));
        text.Append("        ),\n");
    }

    private static void Retries(StringBuilder text, ExportSet set, PipelineSpec pipeline, TaskSpec task)
    {
        var retries = task.Retries;
        if (retries.Count > 0 && retries.On.Count > 0)
        {
            Argument(text, 12, "minds_retries", "True"); // only certain errors are worth another attempt: the step itself knows which
            Argument(text, 12, "retries", "0");
            set.Note($"{pipeline.Name}.{task.Id}: its retries are for certain errors only, which Airflow cannot tell: the step minds them itself, within one attempt of Airflow.");
            return;
        }
        Argument(text, 12, "retries", Number(retries.Count));
        if (retries.Count == 0)
        {
            return;
        }
        var grows = retries.Factor > 1;
        Argument(text, 12, "retry_delay", Python.Delta(retries.Delay));
        Argument(text, 12, "retry_exponential_backoff", grows ? "True" : "False");
        Argument(text, 12, "max_retry_delay", Python.Delta(retries.Most));
        if (grows && retries.Factor is not 2)
        {
            set.Note($"{pipeline.Name}.{task.Id}: Airflow doubles the wait before each further attempt; the pipeline says {Variables.Number(retries.Factor)} times.");
        }
    }

    // The step minds its own time; this is for a program that does not answer.
    private static TimeSpan? Timeout(TaskSpec task) => task.Timeout is not { } time ? null : task.Retries is { Count: > 0, On.Count: > 0 } retries ? ((time + retries.Most) * (retries.Count + 1)) + _grace : time + _grace;

    private static void Outcome(StringBuilder text, ExportSet set, PipelineSpec pipeline)
    {
        text.Append(CultureInfo.InvariantCulture, $"    end = outcome(\n");
        Call(text, 8, pipeline, Free(pipeline, "outcome"));
        text.Append("    )\n    list(steps.values()) >> end\n");
        foreach (var follower in AirflowText.Followers(set, pipeline))
        {
            text.Append(CultureInfo.InvariantCulture, $"    end >> follow({Python.Text(pipeline.Name)}, {Python.Text(follower)}, {Python.Text(Free(pipeline, "start_" + follower))})\n");
        }
    }

    private static string Free(PipelineSpec pipeline, string id) => pipeline.Tasks.Any(task => task.Id == id) ? Free(pipeline, id + "_") : id;

    private static void Call(StringBuilder text, int indent, PipelineSpec pipeline, string id)
    {
        Argument(text, indent, "pipeline", Python.Text(pipeline.Name));
        Argument(text, indent, "step_id", Python.Text(id));
        Argument(text, indent, "parameters", Python.List(pipeline.Parameters.Select(parameter => Python.Text(parameter.Name))));
    }

    private static string Rule(TriggerRule rule) => string.Concat(rule.ToString().Select((letter, at) => char.IsUpper(letter) && at > 0 ? "_" + char.ToLowerInvariant(letter) : char.ToLowerInvariant(letter).ToString()));

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static void Argument(StringBuilder text, int indent, string name, string? value)
    {
        if (value is not null)
        {
            text.Append(' ', indent).Append(name).Append('=').Append(value).Append(",\n");
        }
    }
}
