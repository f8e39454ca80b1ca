using System.Text.Json.Nodes;
using Escale.Collect.Definitions;

namespace Escale.Collect.Loading;

/// <summary>A batch to bring into its table.</summary>
internal sealed record LoadJob
{
    public required SourceTable Table { get; init; }

    public required Intake Intake { get; init; }

    public required string Workspace { get; init; }

    public required RunId Run { get; init; }

    /// <summary>Kept with the commit, so that the step recognises its own work.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Hash of the source file.</summary>
    public required string Code { get; init; }

    /// <summary>Which load of this table this is, from 1: its number in transactions.</summary>
    public required long Sequence { get; init; }

    /// <summary>Forget the table's rows and columns.</summary>
    public bool FullRefresh { get; init; }

    /// <summary>Set when the straight way found values that must be judged one by one.</summary>
    public bool IsStaged { get; set; }

    public IProgress<StepProgress>? Progress { get; init; }

    public LoadLimits Limits { get; init; } = new();

    /// <summary>The records that were taken out of delimited files before the engine read them, or null.</summary>
    public RejectStore? Sieved { get; set; }

    /// <summary>What was rejected before the engine saw it; more can be added.</summary>
    public RejectStore EarlyRejects()
    {
        var store = new RejectStore(Workspace, Limits, Intake.Rejects);
        foreach (var record in Sieved ?? Enumerable.Empty<RejectedRecord>())
        {
            store.Add(record);
        }
        return store;
    }

    /// <summary>Set when quarantined records are replayed: they join the table, whose cursor stays.</summary>
    public Replay? Replay { get; init; }

    /// <summary>The id of this load, which its quarantine rows carry.</summary>
    public string LoadId => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Table.Table}#{Sequence}");

    /// <summary>Whether the table's rows are all replaced.</summary>
    public bool Replaces => Replay is null && (FullRefresh || Table.Mode == LoadMode.Replace);

    /// <summary>What goes into the commit with the rows.</summary>
    public IReadOnlyDictionary<string, string> Properties => Replay is not null ? new Dictionary<string, string> { ["escale.run"] = Run.Value } : new Dictionary<string, string>
    {
        ["escale.fingerprint"] = Fingerprint,
        ["escale.run"] = Run.Value,
        [TableState.Property] = new TableState(Sequence, Code, Intake.State).ToJson(),
    };
}

/// <summary>A replay of quarantined records.</summary>
/// <param name="AppId">The transaction under which the table takes them.</param>
/// <param name="Number">Its number.</param>
/// <param name="Judged">Told the numbers of the records that still break a rule, before the table is changed.</param>
internal sealed record Replay(string AppId, long Number, Action<IReadOnlyCollection<long>> Judged);

/// <summary>What is remembered with a table's rows.</summary>
/// <param name="Sequence">The number of the last load.</param>
/// <param name="Code">The hash of the source file that it was made with.</param>
/// <param name="Connector">The connector's cursor.</param>
internal sealed record TableState(long Sequence, string Code, JsonObject Connector)
{
    /// <summary>The commit property that holds it.</summary>
    public const string Property = "escale.collect";

    public string ToJson() => new JsonObject { ["sequence"] = Sequence, ["code"] = Code, ["state"] = Connector.DeepClone() }.ToJsonString();

    public static TableState? Of(Lake.Snapshot? snapshot)
    {
        if (snapshot?.Properties.GetValueOrDefault(Property) is not { } text || JsonNode.Parse(text) is not JsonObject json)
        {
            return null;
        }
        return new TableState(json["sequence"]!.GetValue<long>(), json["code"]!.GetValue<string>(), json["state"]!.AsObject());
    }
}

/// <summary>What a load did.</summary>
internal sealed record LoadOutcome(long Version, bool Changed, long RowCount, long SizeBytes, long QuarantinedCount);

/// <summary>The engine found that a column's type does not hold for the whole batch: plan again with these types.</summary>
internal sealed class TypesChanged : Exception;
