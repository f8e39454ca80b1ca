using Escale.Engines.DuckDb;
using Escale.Explore.Tables.Reading;

namespace Escale.Explore.Profiles.Facts;

/// <summary>The expressions over a column that figures are made of.</summary>
internal sealed class ColumnSql(TableColumn column)
{
    /// <summary>The column.</summary>
    public TableColumn Column => column;

    /// <summary>Its name, quoted.</summary>
    public string Name { get; } = DuckSql.Name(column.Name);

    /// <summary>Whether it is a number.</summary>
    public bool IsNumber => column.Kind == "number";

    /// <summary>Whether it is a date, or a date with a time.</summary>
    public bool IsTime => column.Kind == "time" && (column.Type.StartsWith("DATE", StringComparison.Ordinal) || column.Type.StartsWith("TIMESTAMP", StringComparison.Ordinal));

    /// <summary>Whether it has a place on a scale: a histogram, quantiles.</summary>
    public bool HasScale => IsNumber || IsTime;

    /// <summary>Whether it is text.</summary>
    public bool IsText => column.Kind == "text" && column.Type == "VARCHAR";

    /// <summary>Whether its values can be compared and shown one by one.</summary>
    public bool IsPlain => column.Kind is not ("nested" or "bytes");

    /// <summary>The value as text.</summary>
    public string Text => column.Type == "VARCHAR" ? Name : $"{Name}::VARCHAR";

    /// <summary>The value as a finite number whose powers are finite too; NULL where it is none; a time as its seconds.</summary>
    public string Finite => Of(column, mostPower: true);

    /// <summary>The value as a finite number of double precision, NULL where it is none; a time as its seconds.</summary>
    public static string Of(TableColumn column, bool mostPower = false)
    {
        var name = DuckSql.Name(column.Name);
        return column.Kind == "time" ? $"CASE WHEN isfinite({name}) THEN epoch({name})::DOUBLE END"
            : column.Type is not ("FLOAT" or "DOUBLE") ? $"{name}::DOUBLE"
            : mostPower ? $"CASE WHEN abs({name}) < 1e75 THEN {name}::DOUBLE END"
            : $"CASE WHEN isfinite({name}) THEN {name}::DOUBLE END";
    }
}
