using System.Globalization;
using Escale.Learning.Frames;
using Escale.Learning.Persistence;
using Escale.Learning.Preparation;

namespace Escale.Learning;

/// <summary>A raw column that a model reads, as it was in training.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it held.</param>
/// <param name="Role">As what it was learned from.</param>
/// <param name="Levels">Levels seen, sorted by name; empty unless the role is category.</param>
/// <param name="Least">The least finite number seen (of moments: days since 2000-01-01); NaN when there is none.</param>
/// <param name="Most">The greatest.</param>
/// <param name="HadMissing">Whether a value was missing.</param>
public sealed record ModelColumn(string Name, ColumnKind Kind, ColumnRole Role, IReadOnlyList<string> Levels, double Least, double Most, bool HadMissing)
{
    private static readonly long _start = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Unspecified).Ticks;

    internal static ModelColumn Of(Column column, ColumnRole role)
    {
        var levels = role == ColumnRole.Category ? Preparation.Encoders.LevelCounts.Of(column).Levels : [];
        foreach (var text in levels.Prepend(column.Name))
        {
            CellText.CheckUnicode(text, column.Name);
        }
        var numbers = role switch
        {
            ColumnRole.Number => CellReading.Numbers(column),
            ColumnRole.Timestamp => Array.ConvertAll(CellReading.Moments(column), ticks => ticks == CellReading.NoMoment ? double.NaN : (ticks - _start) / (double)TimeSpan.TicksPerDay),
            _ => [],
        };
        var (least, most) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var number in numbers)
        {
            if (double.IsFinite(number))
            {
                (least, most) = (Math.Min(least, number), Math.Max(most, number));
            }
        }
        return new ModelColumn(column.Name, column.Kind, role, levels, least <= most ? least : double.NaN, least <= most ? most : double.NaN, column.MissingCount > 0);
    }

    /// <summary>The column as two preparations saw it.</summary>
    internal ModelColumn Merge(ModelColumn other)
    {
        var levels = Levels.Union(other.Levels, StringComparer.Ordinal).ToArray();
        Array.Sort(levels, StringComparer.Ordinal);
        return other.Role != Role
            ? throw new ArgumentException($"Members of a model learn column '{Name}' as {Role} and as {other.Role}.")
            : this with { Levels = levels, Least = double.MinNumber(Least, other.Least), Most = double.MaxNumber(Most, other.Most), HadMissing = HadMissing || other.HadMissing };
    }

    internal void Save(SavedNode node)
    {
        node.Set("name", Name);
        node.Set("type", Kind);
        node.Set("role", Role);
        node.Set("levels", Levels);
        node.Set("least", Least);
        node.Set("most", Most);
        node.Set("had_missing", HadMissing);
    }

    internal static ModelColumn Load(SavedNode node) => new(
        node.Text("name"), node.Enum<ColumnKind>("type"), node.Enum<ColumnRole>("role"), node.Texts("levels"), node.Double("least"), node.Double("most"), node.Flag("had_missing"));
}

/// <summary>The raw columns that a model needs. A table to predict may have more, in any order.</summary>
public sealed class ModelSchema
{
    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);
    private readonly Dictionary<double, string>?[] _levelOfNumber;

    internal ModelSchema(ModelColumn[] columns)
    {
        Columns = columns;
        _levelOfNumber = new Dictionary<double, string>?[columns.Length];
        for (var at = 0; at < columns.Length; at++)
        {
            _indices.Add(columns[at].Name, at);
            foreach (var level in columns[at].Levels)
            {
                if (CellText.IsNumber(level, out var number) && number.ToString(CultureInfo.InvariantCulture) == level)
                {
                    (_levelOfNumber[at] ??= [])[number] = level;
                }
            }
        }
    }

    /// <summary>The columns.</summary>
    public IReadOnlyList<ModelColumn> Columns { get; }

    /// <summary>Where a column stands among <see cref="Columns"/>.</summary>
    /// <exception cref="LearningException">The model does not read such a column (<c>learning.column-unknown</c>).</exception>
    public int IndexOf(string column) => _indices.TryGetValue(column, out var index)
        ? index
        : throw new LearningException("learning.column-unknown", $"The model does not read a column '{column}'.", $"Set one of: {string.Join(", ", Columns.Select(known => known.Name))}.", column);

    /// <summary>Whether the model reads a column.</summary>
    public bool Has(string column) => _indices.ContainsKey(column);

    /// <summary>The level that a number stands for, without allocating when it was seen in training.</summary>
    internal string LevelOf(int column, double number) => _levelOfNumber[column] is { } levels && levels.TryGetValue(number, out var level)
        ? level
        : number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The columns of several preparations together.</summary>
    internal static ModelSchema Of(IEnumerable<Preparation.Preparation> preparations)
    {
        var columns = new List<ModelColumn>();
        foreach (var input in preparations.SelectMany(preparation => preparation.Inputs))
        {
            var at = columns.FindIndex(known => known.Name == input.Name);
            if (at < 0)
            {
                columns.Add(input);
                continue;
            }
            columns[at] = columns[at].Merge(input);
        }
        return new ModelSchema([.. columns]);
    }
}
