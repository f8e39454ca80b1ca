using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Escale.Collect.Rest;

internal enum CursorVerdict
{
    Take,
    Skip,
    Stop,
}

/// <summary>
/// Follows the cursor of an incremental resource: from where to ask, which records are old, how far we came. Records at (or, with a
/// lag, near) the last value are remembered by hash, so that an API whose start is inclusive brings nothing twice.
/// </summary>
internal sealed class CursorTracker
{
    private const int MaxRemembered = 100_000;

    private readonly Incremental _settings;
    private readonly JsonPath _path;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _remembered = new(StringComparer.Ordinal);
    private string? _last;

    public CursorTracker(Incremental settings, JsonObject? state)
    {
        _settings = settings;
        _path = JsonPath.Parse(settings.CursorPath);
        _last = state?["cursor"]?.GetValue<string>();
        foreach (var (hash, value) in state?["seen"] as JsonObject ?? [])
        {
            _known.Add(hash);
            _remembered[hash] = value!.GetValue<string>();
        }
        Start = _last is null ? settings.InitialValue : LaggedFrom(_last);
    }

    /// <summary>Where to ask from, or null for everything.</summary>
    public string? Start { get; }

    /// <summary>Where to end, or null.</summary>
    public string? End => _settings.EndValue;

    /// <summary>What to do with a record.</summary>
    /// <exception cref="EscaleException"><c>collect.rest.cursor-missing</c>.</exception>
    public CursorVerdict Judge(JsonElement record, (string File, long Line) origin)
    {
        var value = _path.Text(record);
        if (value is null)
        {
            return _settings.OnMissing switch
            {
                CursorMissing.Include => CursorVerdict.Take,
                CursorMissing.Exclude => CursorVerdict.Skip,
                _ => throw new EscaleException(
                    "collect.rest.cursor-missing", $"Record {origin.Line} of {origin.File} has nothing at the cursor '{_settings.CursorPath}'.",
                    "Set on_cursor_value_missing: include or exclude, or correct cursor_path.", new Place(origin.File, (int)origin.Line, Field: _settings.CursorPath)),
            };
        }
        if (Start is not null && Compare(value, Start) < 0)
        {
            return _settings.RowOrder == RowOrder.Desc ? CursorVerdict.Stop : CursorVerdict.Skip;
        }
        if (End is not null && Compare(value, End) >= 0)
        {
            return _settings.RowOrder == RowOrder.Asc ? CursorVerdict.Stop : CursorVerdict.Skip;
        }
        var hash = Convert.ToHexStringLower(SHA256.HashData(JsonMarshal.GetRawUtf8Value(record)).AsSpan(0, 12));
        if (_known.Contains(hash))
        {
            return CursorVerdict.Skip;
        }
        Remember(hash, value);
        return CursorVerdict.Take;
    }

    /// <summary>The state after this batch.</summary>
    public JsonObject State()
    {
        Forget();
        var seen = new JsonObject(_remembered.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value))));
        return new JsonObject { ["cursor"] = _last ?? _settings.InitialValue, ["seen"] = seen };
    }

    private void Remember(string hash, string value)
    {
        if (_last is null || Compare(value, _last) > 0)
        {
            _last = value;
            if (_remembered.Count > MaxRemembered)
            {
                Forget();
            }
        }
        if (Compare(value, LaggedFrom(_last)) >= 0)
        {
            _remembered[hash] = value;
        }
    }

    private void Forget()
    {
        if (_last is null)
        {
            return;
        }
        var from = LaggedFrom(_last);
        foreach (var (hash, value) in _remembered.ToList())
        {
            if (Compare(value, from) < 0)
            {
                _remembered.Remove(hash);
            }
        }
    }

    private string LaggedFrom(string value)
    {
        if (_settings.Lag <= 0)
        {
            return value;
        }
        if (decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return (number - (decimal)_settings.Lag).ToString(CultureInfo.InvariantCulture);
        }
        if (!TryTime(value, out var time))
        {
            return value;
        }
        var earlier = time.AddSeconds(-_settings.Lag);
        return value.Length == 10 ? earlier.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : value.EndsWith('Z') ? earlier.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture)
            : HasOffset(value) ? earlier.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFzzz", CultureInfo.InvariantCulture)
            : earlier.ToString($"yyyy-MM-dd'{value[10]}'HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture);
    }

    /// <summary>Compares as numbers, as moments, or else as text.</summary>
    internal static int Compare(string left, string right)
    {
        if (decimal.TryParse(left, NumberStyles.Float, CultureInfo.InvariantCulture, out var a) && decimal.TryParse(right, NumberStyles.Float, CultureInfo.InvariantCulture, out var b))
        {
            return a.CompareTo(b);
        }
        return TryTime(left, out var c) && TryTime(right, out var d) ? c.CompareTo(d) : string.CompareOrdinal(left, right);
    }

    private static bool TryTime(string text, out DateTimeOffset time)
    {
        time = default;
        return text.Length >= 10 && text[4] == '-' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }

    private static bool HasOffset(string text) => text.Length > 16 && text.AsSpan(11).IndexOfAny('+', '-') >= 0;
}
