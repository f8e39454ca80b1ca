namespace Escale.Learning.Frames;

/// <summary>
/// A table: named columns of the same length. Immutable; choosing rows or columns makes a view and copies no value. Thread-safe.
/// </summary>
public sealed class Frame
{
    private readonly Column[] _columns;
    private readonly Dictionary<string, Column> _byName = new(StringComparer.Ordinal);

    /// <summary>Puts columns together.</summary>
    /// <exception cref="LearningException">Two columns have one name (<c>learning.duplicate-column</c>), or their lengths differ (<c>learning.column-length</c>).</exception>
    public Frame(IEnumerable<Column> columns)
    {
        _columns = [.. columns];
        RowCount = _columns.Length == 0 ? 0 : _columns[0].RowCount;
        foreach (var column in _columns)
        {
            if (!_byName.TryAdd(column.Name, column))
            {
                throw new LearningException("learning.duplicate-column", $"Two columns are named '{column.Name}'.", "Rename one of them.", column.Name);
            }
            if (column.RowCount != RowCount)
            {
                throw new LearningException(
                    "learning.column-length", $"Column '{column.Name}' has {column.RowCount} rows, but '{_columns[0].Name}' has {RowCount}.", "Give every column one value for each row.", column.Name);
            }
        }
    }

    /// <summary>Puts columns together.</summary>
    /// <inheritdoc cref="Frame(IEnumerable{Column})"/>
    public Frame(params Column[] columns)
        : this((IEnumerable<Column>)columns)
    {
    }

    /// <summary>The columns, in order.</summary>
    public IReadOnlyList<Column> Columns => _columns;

    /// <summary>Rows; 0 when there is no column.</summary>
    public int RowCount { get; }

    /// <summary>A column by its name.</summary>
    /// <exception cref="LearningException">There is none of this name (<c>learning.column-missing</c>).</exception>
    public Column this[string name] => _byName.TryGetValue(name, out var column) ? column : throw Missing(name);

    /// <summary>Reads a delimited file, whose first line names the columns; see <see cref="CsvOptions"/>. Types are chosen by all of its rows.</summary>
    /// <exception cref="LearningException">The file is not well-formed; the message names the line.</exception>
    public static Frame ReadCsv(string path, CsvOptions? options = null) => CsvReader.Read(() => new StreamReader(path), options ?? new CsvOptions());

    /// <summary>Reads a delimited text; see <see cref="ReadCsv(string, CsvOptions?)"/>. The text is kept in memory until its types are known.</summary>
    public static Frame ReadCsv(TextReader reader, CsvOptions? options = null)
    {
        var text = reader.ReadToEnd();
        return CsvReader.Read(() => new StringReader(text), options ?? new CsvOptions());
    }

    /// <summary>Puts batches of rows one under the other. Columns may come in another order; dictionaries of categories are merged; integers widen to numbers, categories to texts.</summary>
    /// <exception cref="LearningException">A batch lacks a column, has one more, or one of another kind (<c>learning.batch-columns</c>).</exception>
    public static async Task<Frame> FromBatchesAsync(IAsyncEnumerable<Frame> batches, CancellationToken cancellationToken = default)
    {
        var all = new List<Frame>();
        await foreach (var batch in batches.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            all.Add(batch);
        }
        return FrameBatches.Join(all);
    }

    /// <summary>Whether there is a column of this name.</summary>
    public bool Has(string name) => _byName.ContainsKey(name);

    /// <summary>Some rows, in the order given; a row may come twice. A view: no value is copied. Views of views are as fast as views.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A row is not there.</exception>
    public Frame Rows(ReadOnlyMemory<int> rows)
    {
        foreach (var row in rows.Span)
        {
            if ((uint)row >= (uint)RowCount)
            {
                throw new ArgumentOutOfRangeException(nameof(rows), row, $"The frame has {RowCount} rows.");
            }
        }
        var plain = new RowView(rows);
        var composed = new Dictionary<RowView, RowView>(ReferenceEqualityComparer.Instance);
        return new Frame(_columns.Select(column =>
        {
            if (column.View is not { } view)
            {
                return column.Viewed(plain);
            }
            if (!composed.TryGetValue(view, out var chosen))
            {
                composed.Add(view, chosen = view.Choose(rows.Span));
            }
            return column.Viewed(chosen);
        }));
    }

    /// <summary>These columns only, in the order given.</summary>
    /// <exception cref="LearningException">There is none of a name (<c>learning.column-missing</c>).</exception>
    public Frame Only(params IEnumerable<string> names) => new(names.Select(name => this[name]));

    /// <summary>All columns but these.</summary>
    /// <exception cref="LearningException">There is none of a name (<c>learning.column-missing</c>).</exception>
    public Frame Without(params IEnumerable<string> names)
    {
        var dropped = names.Select(name => this[name]).ToHashSet();
        return new Frame(_columns.Where(column => !dropped.Contains(column)));
    }

    /// <summary>With one more column at the end, or another in place of the one that has its name.</summary>
    public Frame With(Column column) => Has(column.Name)
        ? new Frame(_columns.Select(old => old.Name == column.Name ? column : old))
        : new Frame(_columns.Append(column));

    private LearningException Missing(string name) => new(
        "learning.column-missing", $"There is no column '{name}'; the columns are {string.Join(", ", _columns.Take(20).Select(column => $"'{column.Name}'"))}{(_columns.Length > 20 ? ", …" : "")}.",
        "Add the column, or correct its name.", name);
}
