using Escale.Collect.Definitions;
using Escale.Collect.Loading;
using Escale.Projects.Yaml;

namespace Escale.Collect.Streams;

/// <summary>A table filled by events that others push.</summary>
internal sealed record StreamSettings
{
    /// <summary>The name in <c>/api/v1/streams/{name}</c>.</summary>
    public required string Stream { get; init; }

    /// <summary>The key that a push must carry (may hold variables), or null.</summary>
    public string? Key { get; init; }

    /// <summary>An address to ask until it answers 200 before the journal is drained, or null.</summary>
    public string? Wait { get; init; }

    public TimeSpan WaitTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The largest body of one push.</summary>
    public long MaxRequestSizeBytes { get; init; } = 16L << 20;

    /// <summary>How much may wait in the journal.</summary>
    public long MaxJournalSizeBytes { get; init; } = 16L << 30;
}

/// <summary>Drains the journals of pushed events into their tables, each event once.</summary>
internal sealed class StreamConnector(StreamJournals journals, StreamWait wait) : Connector
{
    public override string Type => "stream";

    /// <summary>Reads the tables of a source file.</summary>
    public static IReadOnlyList<SourceTable> Read(SourceHeader header, YamlReader source)
    {
        _ = source.Need("tables");
        var defaults = source.Node("defaults")?.AsMap("defaults");
        return
        [
            .. source.Items("tables").Select(item =>
            {
                var map = item.AsMap("a table");
                return Table((defaults is null ? map : map.WithDefaults(defaults)).Reader("a table"), header);
            }),
        ];
    }

    public override async Task<Intake?> CollectAsync(CollectContext context, CancellationToken cancellationToken)
    {
        var settings = (StreamSettings)context.Table.Settings;
        await wait.UntilReadyAsync(settings, context, cancellationToken);
        var after = context.State?["position"]?.GetValue<long>() ?? 0;
        using var stage = new RecordStage(Path.Combine(context.Workspace, "events.ndjson"), $"stream {settings.Stream}");
        var position = journals.Of(settings.Stream).Drain(after, batch => Add(batch, stage, context, cancellationToken));
        if (position == after && context.State is not null)
        {
            return null;
        }
        var part = stage.Finish();
        return new Intake { Parts = [part], Rejects = stage.Rejects, State = new() { ["position"] = position }, Position = position };
    }

    public override void Committed(CollectContext context, Intake intake) =>
        journals.Of(((StreamSettings)context.Table.Settings).Stream).Forget(intake.Position!.Value);

    private static SourceTable Table(YamlReader reader, SourceHeader header)
    {
        var stream = reader.Text("stream", reader.Text("name"));
        if (stream.Length is 0 or > 63 || stream.Any(letter => !(char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-')))
        {
            throw (reader.Node("stream") ?? reader.Need("name")).Error("collect.stream-name", $"'{stream}' is not a name for a stream.", "Use letters, digits, '_' and '-'.");
        }
        var settings = new StreamSettings
        {
            Stream = stream,
            Key = reader.TextOrNull("key"),
            Wait = reader.TextOrNull("wait"),
            WaitTimeout = reader.Duration("wait_timeout") ?? TimeSpan.FromMinutes(10),
            MaxRequestSizeBytes = reader.SizeBytes("max_request_size") ?? 16L << 20,
            MaxJournalSizeBytes = reader.SizeBytes("max_journal_size") ?? 16L << 30,
        };
        var table = TableReader.Read(reader, header.Name, header.Schema, settings, LoadMode.Append);
        return table.Mode != LoadMode.Replace
            ? table
            : throw reader.Map.Error("collect.stream-replace", "Pushed events come once: they cannot replace the table.", "Use write_disposition: append or merge.");
    }

    private static void Add(JournalBatch batch, RecordStage stage, CollectContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var file = $"stream/{((StreamSettings)context.Table.Settings).Stream}/{batch.Id}";
        long line = 0;
        foreach (var range in batch.Body.Span.Split((byte)'\n'))
        {
            line++;
            var text = batch.Body.Span[range].Trim(" \t\r"u8);
            if (text.Length > 0)
            {
                stage.Add(text, file, line);
            }
        }
        if (stage.Count % 16 == 0)
        {
            context.Progress?.Report(new StepProgress(RowCount: stage.Count, Doing: "events"));
        }
    }
}
