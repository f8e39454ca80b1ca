namespace Escale.Kernel;

/// <summary>
/// What was done to rows before a model learned from them, to be done again to the rows it is asked about. The room of recipes answers; the room of models asks
/// at training, keeps the answer with the model, and applies it at prediction.
/// </summary>
public interface IRowPreparations
{
    /// <summary>The preparation that made a table, with what it learned from the data (means, levels, limits) when that table was made.</summary>
    /// <returns>Null when no recipe makes the table, or its recipe groups or joins rows so that one row cannot go through it.</returns>
    Task<RowPreparation?> FitAsync(TableName table, CancellationToken cancellationToken);
}

/// <summary>A preparation that needs nothing but DuckDB. It is data: kept as JSON beside the model.</summary>
/// <param name="Recipe">The recipe's name.</param>
/// <param name="Fingerprint">Hash of the recipe's steps and of what they learned.</param>
/// <param name="Inputs">The columns of raw rows, with their SQL types.</param>
/// <param name="Sql">
/// A SELECT over the relation <c>input</c>, which has the <paramref name="Inputs"/> and the row's number as <c>__row</c>. It keeps every row and <c>__row</c>; steps that
/// leave rows out of a table leave none out here.
/// </param>
public sealed record RowPreparation(string Recipe, string Fingerprint, IReadOnlyList<AssetColumn> Inputs, string Sql)
{
    /// <summary>The tables that it learned from, with their versions: <c>bronze.titanic@3</c>; views without.</summary>
    public IReadOnlyList<string> LearnedFrom { get; init; } = [];

    /// <summary>A raw row, its values as texts in the order of the inputs, to show what such rows look like; empty in records of older versions.</summary>
    public IReadOnlyList<string?> Example { get; init; } = [];
}
