using System.Collections;
using System.Text.Json;

namespace Escale.Collect.Loading;

/// <summary>How much of what is rejected is held in memory.</summary>
internal sealed record LoadLimits
{
    /// <summary>Rejected records held in memory; more go to a file of the load's workspace. Default 10,000.</summary>
    public int HeldRejects { get; init; } = 10_000;

    /// <summary>
    /// Lines that the engine's reader may set aside, which it keeps in memory until it has read all; when there are more, they are taken out of the
    /// file first. Default 100,000.
    /// </summary>
    public int BrokenLines { get; init; } = 100_000;
}

/// <summary>
/// The rejected records of a load, in the order in which they came: the first ones in memory, the others in a file of its workspace, so that a
/// file whose every line is bad needs no more memory than one with a few. Not thread-safe.
/// </summary>
internal sealed class RejectStore(string workspace, LoadLimits limits, IEnumerable<RejectedRecord> first) : IEnumerable<RejectedRecord>, IDisposable
{
    private readonly List<RejectedRecord> _held = [.. first];
    private readonly string _path = Path.Combine(workspace, $"rejects-{Guid.NewGuid():N}.ndjson");
    private readonly HashSet<string> _typeFields = new(StringComparer.OrdinalIgnoreCase);
    private StreamWriter? _spill;

    /// <summary>How many there are.</summary>
    public long Count { get; private set; } = first.LongCount();

    /// <summary>The columns whose type some record did not hold.</summary>
    public IReadOnlySet<string> TypeFields => _typeFields;

    /// <summary>Adds one.</summary>
    public void Add(RejectedRecord record)
    {
        Count++;
        if (record is { Rule: "type", Field: { } field })
        {
            _typeFields.Add(field);
        }
        if (_held.Count < limits.HeldRejects)
        {
            _held.Add(record);
            return;
        }
        _spill ??= new StreamWriter(new FileStream(_path, FileMode.CreateNew, FileAccess.Write, FileShare.Read), bufferSize: 1 << 16);
        _spill.WriteLine(JsonSerializer.Serialize(record));
    }

    /// <inheritdoc/>
    public IEnumerator<RejectedRecord> GetEnumerator()
    {
        foreach (var record in _held)
        {
            yield return record;
        }
        if (_spill is null)
        {
            yield break;
        }
        _spill.Flush();
        foreach (var line in File.ReadLines(_path))
        {
            yield return JsonSerializer.Deserialize<RejectedRecord>(line)!;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public void Dispose() => _spill?.Dispose();
}
