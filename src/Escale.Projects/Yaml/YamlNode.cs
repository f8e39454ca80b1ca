using System.Globalization;
using Escale.Kernel;

namespace Escale.Projects.Yaml;

/// <summary>
/// A value read from a YAML file: a <see cref="YamlMap"/>, a <see cref="YamlList"/> or a <see cref="YamlScalar"/>. Each knows its file,
/// line and column, so that whatever is wrong with it can be shown where it stands. Immutable; an alias shares the anchor's node.
/// </summary>
public abstract class YamlNode
{
    private protected YamlNode(string file, int line, int column)
    {
        File = file;
        Line = line;
        Column = column;
    }

    /// <summary>The file as messages show it (relative to the project).</summary>
    public string File { get; }

    /// <summary>Line from 1.</summary>
    public int Line { get; }

    /// <summary>Column from 1.</summary>
    public int Column { get; }

    /// <summary>Where it stands.</summary>
    public Place Place => new(File, Line, Column);

    /// <summary>Whether it is nothing: an empty value, <c>~</c> or <c>null</c>.</summary>
    public virtual bool IsNull => false;

    /// <summary>What it is, in a person's words: <c>a mapping</c>, <c>a list</c>, <c>a number</c>, …</summary>
    public abstract string Kind { get; }

    /// <summary>Nodes under it and itself, aliases expanded: what bounds the work of whoever walks it.</summary>
    internal abstract long Weight { get; }

    /// <summary>Depth of nesting under it, itself included.</summary>
    internal abstract int Height { get; }

    /// <summary>
    /// The plain value: <c>Dictionary&lt;string, object?&gt;</c> (in the file's order), <c>List&lt;object?&gt;</c>, string, long, double, bool or null.
    /// </summary>
    public abstract object? ToValue();

    /// <summary>This node as a mapping.</summary>
    /// <param name="what">What was expected, for the message: <c>a table</c>.</param>
    /// <exception cref="EscaleException"><c>projects.wrong-type</c>.</exception>
    public YamlMap AsMap(string what = "a mapping") =>
        this as YamlMap ?? throw WrongType(what == "a mapping" ? what : $"{what} (a mapping)");

    /// <summary>This node as a list.</summary>
    /// <exception cref="EscaleException"><c>projects.wrong-type</c>.</exception>
    public YamlList AsList(string what = "a list") => this as YamlList ?? throw WrongType(what == "a list" ? what : $"{what} (a list)");

    /// <summary>This node as text; any single value except nothing is text.</summary>
    /// <exception cref="EscaleException"><c>projects.wrong-type</c>.</exception>
    public string AsText(string what = "text") => this is YamlScalar { IsNull: false } scalar ? scalar.Text : throw WrongType(what);

    /// <summary>This node as <c>true</c> or <c>false</c>.</summary>
    /// <exception cref="EscaleException"><c>projects.wrong-type</c>.</exception>
    public bool AsBool() => this is YamlScalar { Value: bool value } ? value : throw WrongType("true or false");

    /// <summary>This node as a whole number.</summary>
    /// <exception cref="EscaleException"><c>projects.wrong-type</c>.</exception>
    public long AsInteger() => this is YamlScalar { Value: long value } ? value : throw WrongType("a whole number");

    /// <summary>This node as a number.</summary>
    /// <exception cref="EscaleException"><c>projects.wrong-type</c>.</exception>
    public double AsNumber() => this switch
    {
        YamlScalar { Value: long value } => value,
        YamlScalar { Value: double value } => value,
        _ => throw WrongType("a number"),
    };

    /// <summary>The error for a value of the wrong type at this place.</summary>
    /// <param name="expected">What was expected: <c>a whole number</c>.</param>
    public EscaleException WrongType(string expected) => new(
        "projects.wrong-type", $"Expected {expected}, found {Kind}{Shown()}.", $"Write {expected} here.", Place);

    /// <summary>An error at this place.</summary>
    public EscaleException Error(string code, string message, string? remedy = null) => new(code, message, remedy, Place);

    private string Shown() => this is YamlScalar { IsNull: false, Text: { Length: > 0 and <= 60 } text } ? $" '{text}'" : "";
}

/// <summary>A single value.</summary>
public sealed class YamlScalar : YamlNode
{
    private bool _resolved;
    private object? _value;

    internal YamlScalar(string file, int line, int column, string text, bool isPlain)
        : base(file, line, column)
    {
        Text = text;
        IsPlain = isPlain;
    }

    /// <summary>The text as written, without quotes.</summary>
    public string Text { get; }

    /// <summary>Whether it was written without quotes: only then can it be a number, true/false or nothing.</summary>
    public bool IsPlain { get; }

    /// <summary>string, long, double, bool or null, by the rules that dbt's reader uses (<c>yes</c>, <c>on</c> are true); dates stay text.</summary>
    public object? Value
    {
        get
        {
            if (!_resolved)
            {
                (_value, _resolved) = (IsPlain ? Resolve(Text) : Text, true);
            }
            return _value;
        }
    }

    /// <inheritdoc/>
    public override bool IsNull => Value is null;

    /// <inheritdoc/>
    public override string Kind => Value switch { null => "nothing", bool => "true/false", long or double => "the number", _ => "the text" };

    internal override long Weight => 1;

    internal override int Height => 1;

    /// <inheritdoc/>
    public override object? ToValue() => Value;

    private static object? Resolve(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON":
                return true;
            case "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF":
                return false;
        }
        var first = text[0];
        if (!char.IsAsciiDigit(first) && first is not ('-' or '+' or '.'))
        {
            return text;
        }
        return Number(text);
    }

    private static object Number(string text)
    {
        if (text.StartsWith("0x", StringComparison.Ordinal) &&
            long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex))
        {
            return hex;
        }
        var digits = text.TrimStart('-', '+');
        var isZeroLed = digits.Length > 1 && digits[0] == '0' && digits.All(char.IsAsciiDigit);
        if (isZeroLed)
        {
            // YAML 1.1 reads 007 as octal; a code such as 00123 is what people mean: it stays text.
            return text;
        }
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return whole;
        }
        return text switch
        {
            ".inf" or "+.inf" or ".Inf" or ".INF" => double.PositiveInfinity,
            "-.inf" or "-.Inf" or "-.INF" => double.NegativeInfinity,
            ".nan" or ".NaN" or ".NAN" => double.NaN,
            _ => digits.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0 && digits.Any(char.IsAsciiDigit) &&
                 double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                ? number
                : text,
        };
    }
}

/// <summary>A list.</summary>
public sealed class YamlList : YamlNode
{
    internal YamlList(string file, int line, int column, IReadOnlyList<YamlNode> items)
        : base(file, line, column)
    {
        Items = items;
        Weight = 1 + items.Sum(item => item.Weight);
        Height = 1 + items.Select(item => item.Height).DefaultIfEmpty(0).Max();
    }

    /// <summary>The items in order.</summary>
    public IReadOnlyList<YamlNode> Items { get; }

    /// <inheritdoc/>
    public override string Kind => "a list";

    internal override long Weight { get; }

    internal override int Height { get; }

    /// <inheritdoc/>
    public override object ToValue() => Items.Select(item => item.ToValue()).ToList();
}

/// <summary>One key of a mapping with its value. A class: collections of the framework over our structs are compiled anew at every start.</summary>
/// <param name="Key">The key, with its place.</param>
/// <param name="Value">The value.</param>
public sealed record YamlEntry(YamlScalar Key, YamlNode Value)
{
    /// <summary>The key's text.</summary>
    public string Name => Key.Text;
}

/// <summary>A mapping; keys are unique and in the file's order.</summary>
public sealed class YamlMap : YamlNode
{
    private readonly Dictionary<string, YamlEntry> _byName;

    internal YamlMap(string file, int line, int column, IReadOnlyList<YamlEntry> entries)
        : base(file, line, column)
    {
        Entries = entries;
        _byName = entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        Weight = 1 + entries.Sum(entry => 1 + entry.Value.Weight);
        Height = 1 + entries.Select(entry => entry.Value.Height).DefaultIfEmpty(0).Max();
    }

    /// <summary>Keys and values in the file's order, merge keys (<c>&lt;&lt;</c>) already applied.</summary>
    public IReadOnlyList<YamlEntry> Entries { get; }

    /// <summary>The value of a key, or null when the key is absent. (A key with an empty value gives a null scalar.)</summary>
    public YamlNode? this[string key] => _byName.TryGetValue(key, out var entry) ? entry.Value : null;

    /// <inheritdoc/>
    public override string Kind => "a mapping";

    internal override long Weight { get; }

    internal override int Height { get; }

    /// <summary>The entry of a key, or null.</summary>
    public YamlEntry? Entry(string key) => _byName.GetValueOrDefault(key);

    /// <summary>This mapping with the keys that it lacks taken from another one; mappings under the same key are joined alike.</summary>
    public YamlMap WithDefaults(YamlMap defaults)
    {
        var entries = Entries.Select(entry => entry.Value is YamlMap own && defaults[entry.Name] is YamlMap other
            ? entry with { Value = own.WithDefaults(other) }
            : entry);
        return new YamlMap(File, Line, Column, [.. entries, .. defaults.Entries.Where(entry => !_byName.ContainsKey(entry.Name))]);
    }

    /// <summary>Reads the mapping key by key; see <see cref="YamlReader"/>.</summary>
    /// <param name="what">What the mapping describes, for messages: <c>a source table</c>.</param>
    public YamlReader Reader(string what) => new(this, what);

    /// <inheritdoc/>
    public override object ToValue()
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var entry in Entries)
        {
            values[entry.Name] = entry.Value.ToValue();
        }
        return values;
    }
}
