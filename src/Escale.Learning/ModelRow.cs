using System.Globalization;
using Escale.Learning.Frames;
using Escale.Learning.Preparation;

namespace Escale.Learning;

/// <summary>One raw value: a number, a text, true or false, a moment, or missing (the default). Made by assigning one of these.</summary>
public readonly struct Cell
{
    private Cell(CellKind kind, double number = 0, string? text = null, DateTime moment = default) => (Kind, Number, Text, Moment) = (kind, number, text, moment);

    internal enum CellKind : byte
    {
        Missing,
        Number,
        Boolean,
        Text,
        Moment,
    }

    /// <summary>No value.</summary>
    public static Cell Missing => default;

    internal CellKind Kind { get; }

    internal double Number { get; }

    internal string? Text { get; }

    internal DateTime Moment { get; }

    /// <summary>A number; NaN is missing.</summary>
    public static implicit operator Cell(double number) => double.IsNaN(number) ? default : new(CellKind.Number, number);

    /// <summary>True or false.</summary>
    public static implicit operator Cell(bool value) => new(CellKind.Boolean, value ? 1 : 0);

    /// <summary>A text or the name of a level; null is missing.</summary>
    public static implicit operator Cell(string? text) => text is null ? default : new(CellKind.Text, text: text);

    /// <summary>A moment.</summary>
    public static implicit operator Cell(DateTime moment) => new(CellKind.Moment, moment: moment);
}

/// <summary>
/// A raw row to predict, to be filled and used again: <c>row["age"] = 42; row["job"] = "nurse";</c>. Values stay until set anew or <see cref="Clear"/>ed; those never set are
/// missing. Setting allocates nothing, but for a number in a column of categories that training did not see. Not thread-safe: one for each thread.
/// </summary>
public sealed class ModelRow
{
    private readonly CellValue[] _cells;
    private readonly ColumnRole[] _roles;
    private readonly (string? Name, int Column)[] _asked;
    private int _next;

    internal ModelRow(ModelSchema schema, int featureCount = 0, int outputCount = 0)
    {
        (Schema, _cells, Features, Outputs) = (schema, new CellValue[schema.Columns.Count], new float[featureCount], new double[outputCount]);
        (_roles, _asked) = ([.. schema.Columns.Select(column => column.Role)], new (string?, int)[_cells.Length]);
        Clear();
    }

    /// <summary>The columns.</summary>
    public ModelSchema Schema { get; }

    /// <summary>Room for the features of a member.</summary>
    internal float[] Features { get; }

    /// <summary>Room for the outputs of a member.</summary>
    internal double[] Outputs { get; }

    /// <summary>Sets a value by the name of its column.</summary>
    /// <exception cref="LearningException">The model does not read such a column, or the value is not what the column was learned from as.</exception>
    public Cell this[string column]
    {
        set => this[IndexOf(column)] = value;
    }

    /// <summary>Sets a value by the index of its column in <see cref="ModelSchema.Columns"/>.</summary>
    /// <exception cref="LearningException">The value is not what the column was learned from as.</exception>
    public Cell this[int column]
    {
        set => _cells[column] = value.Kind == Cell.CellKind.Missing ? CellValue.Missing : _roles[column] switch
        {
            ColumnRole.Number => CellValue.Missing with { Number = Number(column, value) },
            ColumnRole.Timestamp => CellValue.Missing with { Ticks = Ticks(column, value) },
            _ => CellValue.Missing with { Text = Text(column, value) },
        };
    }

    /// <summary>Makes every value missing.</summary>
    public void Clear() => Array.Fill(_cells, CellValue.Missing);

    /// <summary>Sets every value by a row of a frame. For tests and for explanations; allocates.</summary>
    /// <exception cref="LearningException">The frame lacks a column, or a value is not what its column was learned from as.</exception>
    public void CopyFrom(Frame frame, int row)
    {
        for (var at = 0; at < _cells.Length; at++)
        {
            var column = frame[Schema.Columns[at].Name];
            this[at] = column switch
            {
                _ when column.IsMissing(row) => default,
                NumberColumn numbers when Schema.Columns[at].Role == ColumnRole.Number => numbers.Number(row),
                NumberColumn when Schema.Columns[at].Role == ColumnRole.Timestamp => throw CellReading.NoMomentIn(column.Name),
                TimestampColumn moments when Schema.Columns[at].Role == ColumnRole.Timestamp => moments.Moment(row)!.Value,
                _ => column.TextAt(row),
            };
        }
    }

    /// <summary>Takes every value of another row of the same model.</summary>
    internal void CopyFrom(ModelRow other) => other._cells.CopyTo(_cells, 0);

    /// <summary>Takes one value of another row of the same model.</summary>
    internal void CopyFrom(ModelRow other, int column) => _cells[column] = other._cells[column];

    internal ref readonly CellValue CellAt(int column) => ref _cells[column];

    // Rows are set column after column in the same order, most often by the same strings: a name is looked up only when it is not the one that stood here the last time round.
    private int IndexOf(string column)
    {
        ref var asked = ref _asked[_next];
        _next = _next + 1 < _asked.Length ? _next + 1 : 0;
        if (!ReferenceEquals(asked.Name, column))
        {
            asked = (column, Schema.IndexOf(column));
        }
        return asked.Column;
    }

    private double Number(int column, Cell value) => value.Kind switch
    {
        Cell.CellKind.Number or Cell.CellKind.Boolean => value.Number,
        Cell.CellKind.Text when CellReading.IsNumber(value.Text!, out var number) => number,
        _ => throw CellReading.NoNumberIn(Schema.Columns[column].Name, value.Text ?? value.Moment.ToString("s", CultureInfo.InvariantCulture), ""),
    };

    private long Ticks(int column, Cell value) => value.Kind switch
    {
        Cell.CellKind.Moment => value.Moment.Ticks,
        Cell.CellKind.Text => CellText.IsMoment(value.Text, out var moment) ? moment.Ticks : CellReading.NoMoment,
        _ => throw CellReading.NoMomentIn(Schema.Columns[column].Name),
    };

    private string Text(int column, Cell value) => value.Kind switch
    {
        Cell.CellKind.Text => value.Text!,
        Cell.CellKind.Boolean => value.Number > 0 ? "true" : "false",
        Cell.CellKind.Moment => value.Moment.ToString("s", CultureInfo.InvariantCulture),
        _ => Schema.LevelOf(column, value.Number),
    };
}
