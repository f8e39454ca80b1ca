using Escale.Learning.Frames;
using Escale.Learning.Persistence;

namespace Escale.Learning.Preparation.Encoders;

/// <summary>
/// A category as one row of a table of numbers: its level's, the last but one when missing, the last when the level is unknown. One-hot, ordinal, target statistics,
/// frequencies and plain levels differ by their table only.
/// </summary>
internal sealed class LevelEncoder : ColumnEncoder
{
    public const string KindName = "level";

    private readonly Dictionary<string, int> _codeOf;

    public LevelEncoder(int input, IReadOnlyList<Feature> features, IReadOnlyList<string> levels, float[] table)
        : base(input, features)
    {
        (Levels, Table, _codeOf) = (levels, table, new(levels.Count, StringComparer.Ordinal));
        for (var level = 0; level < levels.Count; level++)
        {
            _codeOf.Add(levels[level], level);
        }
    }

    /// <summary>The levels that have a row of the table.</summary>
    public IReadOnlyList<string> Levels { get; }

    /// <summary>(levels + 2) × features, row after row; NaN is missing.</summary>
    public float[] Table { get; }

    public override string Kind => KindName;

    public override ReadOnlyMemory<float>[] Encode(Column column)
    {
        var codes = CellReading.Codes(column, _codeOf);
        var columns = NewColumns(codes.Length);
        for (var row = 0; row < codes.Length; row++)
        {
            codes[row] = RowOf(codes[row]) * columns.Length;
        }
        for (var feature = 0; feature < columns.Length; feature++)
        {
            var encoded = columns[feature];
            for (var row = 0; row < encoded.Length; row++)
            {
                encoded[row] = Table[codes[row] + feature];
            }
        }
        return Done(columns);
    }

    public override void EncodeRow(in CellValue cell, Span<float> features)
    {
        var code = cell.Text is null ? -1 : _codeOf.TryGetValue(cell.Text, out var known) ? known : -2;
        Table.AsSpan(RowOf(code) * features.Length, features.Length).CopyTo(features);
    }

    public static LevelEncoder Load(SavedNode node, int input, IReadOnlyList<Feature> features)
    {
        var levels = node.Texts("levels");
        if (levels.Distinct(StringComparer.Ordinal).Count() != levels.Count)
        {
            throw SavedNode.Damaged("a level is there twice");
        }
        var table = node.Array<float>("table");
        if (table.LongLength != (levels.Count + 2L) * features.Count || table.Any(float.IsInfinity))
        {
            throw SavedNode.Damaged("a table of levels has another size than it should");
        }
        return new LevelEncoder(input, features, levels, table);
    }

    protected override void SaveOwn(SavedNode node)
    {
        node.Set("levels", Levels);
        node.SetArray<float>("table", Table);
    }

    private int RowOf(int code) => code >= 0 ? code : Levels.Count - 1 - code;
}
