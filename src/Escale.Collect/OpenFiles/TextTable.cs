using Escale.Collect.Definitions;
using Escale.Collect.Files;
using Escale.Collect.Loading;
using Escale.Collect.Sniffing;
using Escale.Engines.DuckDb;

namespace Escale.Collect.OpenFiles;

/// <summary>A delimited file whose writing was found out, as a file that the engine can read and an expression for each column.</summary>
internal sealed class TextTable
{
    // What is read faster than a person notices is read wholly, to know for sure.
    private const long MaxScannedBytes = 64L << 20;

    private const int MostRows = 4000;
    private const int LeastRows = 100;
    private const int MostCells = 400_000;
    private const int PlaceCount = 24;

    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);
    private readonly RowSpread _spread;
    private IReadOnlySet<string> _said = new HashSet<string>();
    private bool _isDamagedElsewhere;

    private TextTable(string shown, TextReading reading)
    {
        (Shown, Reading) = (shown, reading);
        _spread = new RowSpread(Math.Clamp(MostCells / Math.Max(1, reading.Layout.Columns.Count), LeastRows, MostRows));
    }

    public string Shown { get; }

    public TextReading Reading { get; }

    public IReadOnlyList<ColumnReading> Columns { get; private set; } = [];

    /// <summary>The first records that are rows of the table: no footer, no header said again, nothing of another table.</summary>
    public IEnumerable<LooseRecord> Head => Reading.Rows.Where(row => row.Fields.Length == Reading.Layout.Columns.Count && !(row.Line >= Notes.NextTable) && !Notes.RepeatedHeaders.Contains(row.Line) && Notes.Footer.TrueForAll(line => line.Line != row.Line));

    /// <summary>What was met in the file; of a large one, in its beginning.</summary>
    public ScanNotes Notes { get; private set; } = new();

    /// <summary>Whether <see cref="Notes"/> are of the whole file.</summary>
    public bool IsScannedWholly { get; private set; }

    /// <summary>How many places of a large file were looked at besides its beginning.</summary>
    public int Places { get; private set; }

    /// <summary>Whether the engine cannot read the file as it is.</summary>
    public bool NeedsRewriting { get; private set; }

    /// <summary>The file that the engine reads.</summary>
    public string Path { get; private set; } = "";

    public CsvDialect Dialect { get; private set; } = null!;

    /// <summary>Finds out how a file is written.</summary>
    public static async Task<TextTable> SniffAsync(string path, string shown, CsvOptions given, IReadOnlyDictionary<string, ColumnReading> said, FilePreparer preparer, string folder, CancellationToken cancellationToken)
    {
        var (reading, text) = await TextSniffer.OpenAsync(path, shown, given, preparer, folder, cancellationToken);
        var names = ColumnNames.Clean(reading.Layout.Header);
        if (names.Count == 0)
        {
            throw new EscaleException("collect.file-empty", $"{shown} holds no rows and no names of columns.", "Choose a file with a table in it.", new Place(shown));
        }
        var table = new TextTable(shown, reading) { Path = text };
        await Task.Run(() => table.Look(given, cancellationToken), cancellationToken);
        await Task.Run(() => table.Understand(names, said), cancellationToken);
        return table;
    }

    /// <summary>The same, readable for the engine: as it is, or written anew.</summary>
    /// <param name="path">The file, or a sample of it that begins as it does.</param>
    /// <param name="target">Where it may be written.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public async Task<TextTable> PrepareAsync(string path, string target, CancellationToken cancellationToken)
    {
        var ready = new TextTable(Shown, Reading) { Columns = Columns, Path = path, Dialect = Raw(), _said = _said };
        if (NeedsRewriting)
        {
            var written = await RewriteAsync(path, target, cancellationToken);
            ready.Path = target;
            ready.Dialect = new CsvDialect { Delimiter = ',', Quote = '"', Escape = '"', HasHeader = written.Header == true, SkipRows = written.SkipRows, Columns = ready.Dialect.Columns };
        }
        return ready;
    }

    /// <summary>Writes a file, or a sample that begins as it does, as one that the engine reads.</summary>
    public Task<CsvOptions> RewriteAsync(string path, string target, CancellationToken cancellationToken) =>
        Task.Run(() => TextRewriter.Write(path, Reading, target, new ScanNotes(), null, null, cancellationToken), cancellationToken);

    /// <summary>A sample of the file as it is written; null when it is small.</summary>
    public string? SampleOfRaw(string folder) => FileSample.OfDelimited(Path, Raw(), folder);

    /// <summary>How the file is written, as far as the engine's reader can know it.</summary>
    private CsvDialect Raw()
    {
        var (dialect, layout) = (Reading.Dialect.Dialect, Reading.Layout);
        return new CsvDialect
        {
            Delimiter = dialect.Delimiter[0], Quote = dialect.Quote, Escape = dialect.Escape, HasHeader = layout.HeaderRows > 0, SkipRows = layout.SkipRows,
            Columns = [.. Columns.Count > 0 ? Columns.Select(column => new CsvColumn(column.Name, SqlTypes.Text)) : layout.Columns.Select((_, at) => new CsvColumn(at.ToString(System.Globalization.CultureInfo.InvariantCulture), SqlTypes.Text))],
        };
    }

    /// <summary>The same columns over rows that <see cref="Conversion.CsvFile"/> wrote, without a header.</summary>
    /// <param name="first">The first column.</param>
    /// <param name="count">How many columns.</param>
    public TextTable OfHead(int first, int count) => new(Shown, Reading)
    {
        Columns = [.. Columns.Skip(first).Take(count)],
        Dialect = new CsvDialect { Delimiter = ',', Quote = '"', Escape = '"', HasHeader = false, Columns = [.. Columns.Skip(first).Take(count).Select(column => new CsvColumn(column.Name, SqlTypes.Text))] },
    };

    /// <summary>A SELECT of the columns as their types; what is not of its column's type is NULL.</summary>
    /// <param name="path">The prepared file, or a sample of it.</param>
    public string SelectSql(string path) =>
        $"SELECT {string.Join(", ", Columns.Select(column => $"{Expression(column)} AS {DuckSql.Name(column.Name)}"))} FROM {Relation(path).ReadSql([.. Columns.Select(EngineType)], rejects: null)}";

    /// <summary>A SELECT of the columns as text, each as <c>r0, r1, …</c> as it stands and <c>v0, v1, …</c> as it is read.</summary>
    public string CompareSql(string path, int rows) =>
        $"SELECT {string.Join(", ", Columns.Select((column, i) => FormattableString.Invariant($"{DuckSql.Name(column.Name)} AS r{i}, CAST({Judge(column)} AS VARCHAR) AS v{i}")))} FROM {Relation(path).ReadSql([.. Columns.Select(_ => SqlTypes.Text)], rejects: null)} LIMIT {rows}";

    /// <summary>Takes the types that all rows of a file allow.</summary>
    public void Widen(string path, CancellationToken cancellationToken)
    {
        foreach (var (column, type) in CsvScan.Run(path, Dialect, [.. Columns.Select(EngineType)], cancellationToken))
        {
            _types[Columns[column].Name] = type;
        }
    }

    private CsvRelation Relation(string path) => new([new CsvPart(path, Shown, Dialect)]);

    /// <summary>The engine reads what is written as it writes itself; the rest is text first.</summary>
    private string EngineType(ColumnReading column) => IsSpecial(column) ? SqlTypes.Text : _types.GetValueOrDefault(column.Name, column.Type);

    // Of what its owner said, and of words for yes and no, the engine knows less than we.
    private bool IsSpecial(ColumnReading column) => column.IsSpecial || column.Agreement < 1 || column.Type == SqlTypes.Boolean || _said.Contains(column.Name);

    private string Expression(ColumnReading column) => IsSpecial(column) ? Judge(column) : DuckSql.Name(column.Name);

    private static string Judge(ColumnReading column) =>
        Judgement.Read(DuckSql.Name(column.Name), SqlTypes.Text, new PlannedColumn(column.Name, ColumnPlan.TableType(column.Type)) { Rule = column.ToRule() }, null);

    /// <summary>Finds how the columns are read from the first rows and from rows all over the file.</summary>
    private void Understand(IReadOnlyList<string> names, IReadOnlyDictionary<string, ColumnReading> said)
    {
        var more = IsScannedWholly && Notes.Rows <= Reading.Rows.Count ? [] : _spread.Rows.Where(row => row.Fields.Length == names.Count);
        var rows = Head.Concat(more).Where(row => !row.IsDoubtful).Select(row => row.Fields);
        Columns = [.. ValueSniffer.Sniff(names, [.. rows]).Select(column => said.GetValueOrDefault(column.Name) is { } other ? other with { Examples = column.Examples } : column)];
        _said = said.Keys.ToHashSet(StringComparer.Ordinal);
        _spread.Clear();
    }

    /// <summary>Looks at a large file in places all over it: what its beginning does not show may be there.</summary>
    private void LookElsewhere()
    {
        var most = Math.Max(1, MostRows / PlaceCount);
        foreach (var chunk in FileSample.Elsewhere(Path, Raw(), PlaceCount))
        {
            using var lines = new LineReader(new MemoryStream(chunk), TextEncodings.Find(Reading.Encoding.Name)!, Reading.LineBreak);
            var reader = new RecordReader(lines, Reading.Dialect.Dialect);
            reader.Expect(Reading.Layout.Columns);
            for (var count = 0; count < most && reader.Read() is { } record; count++)
            {
                _spread.Add(record);
                _isDamagedElsewhere |= record.Mended is not null;
            }
            _isDamagedElsewhere |= lines.MixedLines + lines.ZeroBytes > 0;
            Places++;
        }
    }

    private void Look(CsvOptions given, CancellationToken cancellationToken)
    {
        IsScannedWholly = new FileInfo(Path).Length <= MaxScannedBytes;
        if (IsScannedWholly)
        {
            foreach (var row in TableScan.Rows(Path, Reading, Notes))
            {
                cancellationToken.ThrowIfCancellationRequested();
                _spread.Add(row);
            }
        }
        else
        {
            foreach (var row in Reading.Rows)
            {
                Notes.Add(row);
            }
            LookElsewhere();
        }
        var dialect = Reading.Dialect.Dialect;
        NeedsRewriting = given.NeedsRewriting || dialect.Delimiter.Length > 1 || Reading.Layout.HeaderRows > 1 || Reading.LineBreak == '\r' || Reading.Encoding.Name != "utf-8" || Reading.Encoding.MarkLength > 0
            || Notes.MendedCount + Notes.Footer.Count + Notes.RepeatedHeaders.Count + Notes.MixedLines + Notes.ZeroBytes > 0 || Notes.NextTable is not null || _isDamagedElsewhere;
    }
}
