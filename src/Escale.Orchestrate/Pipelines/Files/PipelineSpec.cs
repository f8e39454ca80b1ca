using System.Text.Json.Serialization;
using Escale.Orchestrate.Pipelines.Flow;
using Escale.Orchestrate.Pipelines.Schedules;

namespace Escale.Orchestrate.Pipelines.Files;

/// <summary>What a step of a pipeline does.</summary>
public enum TaskKind
{
    /// <summary>Makes assets, as <c>escale run</c> does.</summary>
    Build,

    /// <summary>Runs a program or a line of the shell.</summary>
    Shell,

    /// <summary>Sends a request.</summary>
    Http,

    /// <summary>Asks the lake; its rows are its output.</summary>
    Sql,

    /// <summary>Trains a model of <c>ml/</c>.</summary>
    Train,

    /// <summary>Predicts the rows of a file or a table.</summary>
    Score,

    /// <summary>Tells somebody, by a webhook.</summary>
    Notify,

    /// <summary>Starts another pipeline and waits for its end.</summary>
    Pipeline,

    /// <summary><c>wait_for</c>: waits for a file, a row, an answer or a time, without holding a worker.</summary>
    Wait,

    /// <summary><c>each</c>: does another kind for each element of a list, which is known only when it runs.</summary>
    Each,
}

/// <summary>What is done when a step fails.</summary>
public sealed record RetryPolicy
{
    /// <summary>No further attempt.</summary>
    public static RetryPolicy None { get; } = new();

    /// <summary>Attempts after the first. Default 0.</summary>
    public int Count { get; init; }

    /// <summary>The wait before the second attempt. Default 10 s.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>By what each further wait is longer. Default 2.</summary>
    public double Factor { get; init; } = 2;

    /// <summary>The longest wait. Default 10 minutes.</summary>
    public TimeSpan Most { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How far waits differ, as a share of them, so that many steps do not come back at the same moment. Default 0.2.</summary>
    public double Jitter { get; init; } = 0.2;

    /// <summary>The codes of errors worth another attempt, or their beginnings; empty: all.</summary>
    public IReadOnlyList<string> On { get; init; } = [];

    /// <summary>Whether a failure of an attempt is followed by another.</summary>
    /// <param name="failures">How many attempts have failed, this one among them.</param>
    /// <param name="code">The error's code.</param>
    public bool Allows(int failures, string code) => failures <= Count && (On.Count == 0 || On.Any(begin => code.StartsWith(begin, StringComparison.Ordinal)));

    /// <summary>The wait after a failure.</summary>
    /// <param name="failures">How many attempts have failed, from 1.</param>
    /// <param name="chance">A number from 0 to 1.</param>
    public TimeSpan WaitAfter(int failures, double chance)
    {
        var seconds = Math.Min(Most.TotalSeconds, Delay.TotalSeconds * Math.Pow(Factor, Math.Min(failures - 1, 60)));
        return TimeSpan.FromSeconds(seconds * (1 - Jitter + (2 * Jitter * chance)));
    }
}

/// <summary>A step of a pipeline, as its file has it. Immutable.</summary>
public sealed record TaskSpec
{
    /// <summary><c>id</c>: unique in the pipeline.</summary>
    public required string Id { get; init; }

    /// <summary>What it does.</summary>
    public required TaskKind Kind { get; init; }

    /// <summary>What it does it with, by name; texts may hold <c>{{ … }}</c> and <c>${VARIABLE}</c>.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> With { get; init; }

    /// <summary><c>depends_on</c>: the steps before it.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary><c>rule</c>: when it is taken. Default: all succeeded.</summary>
    public TriggerRule Rule { get; init; }

    /// <summary><c>when</c>: an expression; the step is skipped when it is false. Null: always.</summary>
    public string? When { get; init; }

    /// <summary><c>may_fail</c>: whether its failure leaves the run a success.</summary>
    public bool MayFail { get; init; }

    /// <summary><c>timeout</c>: how long an attempt may take; null: as long as it takes.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary><c>retries</c>.</summary>
    public RetryPolicy Retries { get; init; } = RetryPolicy.None;

    /// <summary><c>pool</c>: the steps of one pool share its places; null: no limit but the workers'.</summary>
    public string? Pool { get; init; }

    /// <summary><c>priority</c>: higher first. Default 0.</summary>
    public int Priority { get; init; }

    /// <summary>What is done for each element, where <see cref="Kind"/> is <see cref="TaskKind.Each"/>; else null.</summary>
    public TaskSpec? Each { get; init; }

    /// <summary>The element, as JSON, that a step of a <see cref="PartSpec"/> is for; else null.</summary>
    public string? Element { get; init; }

    /// <summary>What it does, once or for each element.</summary>
    [JsonIgnore]
    public TaskSpec Work => Each ?? this;

    /// <summary>The only text of a name, or null.</summary>
    public string? One(string name) => With.TryGetValue(name, out var texts) && texts.Count > 0 ? texts[0] : null;

    /// <summary>All texts of a name.</summary>
    public IReadOnlyList<string> All(string name) => With.GetValueOrDefault(name) ?? [];
}

/// <summary>The type of a parameter.</summary>
public enum ParameterType
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number.</summary>
    Number,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A day, 2026-11-22.</summary>
    Date,
}

/// <summary>A parameter of a pipeline.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Default">Its value when none is given; may hold <c>{{ … }}</c>. Null: it must be given.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Choices">The values that it may have; empty: any.</param>
public sealed record ParameterSpec(string Name, ParameterType Type, string? Default, string Description, IReadOnlyList<string> Choices);

/// <summary>What besides a schedule starts a pipeline.</summary>
public sealed record TriggerSpec
{
    /// <summary><c>webhook</c>: whether a request may start it.</summary>
    public bool Webhook { get; init; }

    /// <summary><c>after</c>: the pipelines of which each must have had a run that ended well.</summary>
    public IReadOnlyList<string> After { get; init; } = [];

    /// <summary><c>assets</c>: selections of assets of which one must have a new version.</summary>
    public IReadOnlyList<string> Assets { get; init; } = [];

    /// <summary><c>files</c>: patterns of files of which one must have come.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Whether it starts by itself when something happens.</summary>
    [JsonIgnore]
    public bool IsAny => After.Count + Assets.Count + Files.Count > 0;
}

/// <summary>When a run is to be over.</summary>
/// <param name="After">So long after the end of its interval; or null.</param>
/// <param name="At">At the first such time of day behind it, in the schedule's zone; or null.</param>
public sealed record DeadlineSpec(TimeSpan? After, TimeOnly? At);

/// <summary>What a pipeline that no file has is a part of: the elements of a step's list are the steps of a run of their own.</summary>
/// <param name="Pipeline">The pipeline of the step.</param>
/// <param name="Step">The step.</param>
/// <param name="DependsOn">The steps before it, whose outputs its elements see.</param>
public sealed record PartSpec(string Pipeline, string Step, IReadOnlyList<string> DependsOn);

/// <summary>A pipeline, as its file has it. Immutable.</summary>
public sealed record PipelineSpec
{
    /// <summary><c>name</c>; the file's name unless it says another.</summary>
    public required string Name { get; init; }

    /// <summary><c>description</c>.</summary>
    public string Description { get; init; } = "";

    /// <summary>The file, relative to the project.</summary>
    public string? Path { get; init; }

    /// <summary><c>schedule</c>, or null.</summary>
    public ScheduleSpec? Schedule { get; init; }

    /// <summary><c>triggers</c>.</summary>
    public TriggerSpec Triggers { get; init; } = new();

    /// <summary><c>params</c>, in the file's order.</summary>
    public IReadOnlyList<ParameterSpec> Parameters { get; init; } = [];

    /// <summary><c>concurrency</c>: how many of its runs may be under way; further ones wait. Default 1.</summary>
    public int Concurrency { get; init; } = 1;

    /// <summary><c>timeout</c>: how long a run may take; null: as long as it takes.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary><c>deadline</c>, or null.</summary>
    public DeadlineSpec? Deadline { get; init; }

    /// <summary><c>on_deadline</c>: what is done once when a run is late; or null.</summary>
    public TaskSpec? OnDeadline { get; init; }

    /// <summary><c>priority</c>: higher first, before the steps' own. Default 0.</summary>
    public int Priority { get; init; }

    /// <summary><c>tasks</c>, and what <c>build</c>, <c>on_failure</c> and <c>on_success</c> add to them.</summary>
    public required IReadOnlyList<TaskSpec> Tasks { get; init; }

    /// <summary>What it is a part of; null: a pipeline of its own.</summary>
    public PartSpec? Part { get; init; }

    /// <summary>The pipeline that one of another's parts belongs to: its name is <c>PIPELINE.PART</c>, which no file can have. Null: it is one of its own.</summary>
    public static string? OwnerOf(string name) => name.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 ? name[..dot] : null;

    /// <summary>The order of the steps.</summary>
    public FlowGraph Graph() => new([.. Tasks.Select(task => new FlowStep(task.Id, task.DependsOn, task.Rule, task.MayFail))]);
}
