using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Escale.Kernel;
using Escale.Learning;
using Escale.Learning.Preparation;
using Escale.Modeling.Registry;

namespace Escale.Modeling.Endpoints;

/// <summary>A version in memory, with what is needed to read and answer requests without allocating. Thread-safe.</summary>
internal sealed class ServedModel
{
    private const int MostSpare = 64;

    private readonly ConcurrentQueue<Slot> _spare = new();
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<byte>> _columnOf;

    /// <param name="version">The version.</param>
    /// <param name="model">Its model.</param>
    /// <param name="preparation">What was done to the rows before the model learned from them; null when it takes them as they come.</param>
    public ServedModel(ModelVersion version, Model model, RowPreparation? preparation = null)
    {
        (Version, Model) = (version, model);
        Preparer = preparation is null ? null : new RowPreparer(preparation, model.Schema);
        Columns = [.. (Preparer?.Columns ?? model.Schema.Columns).Select(column => new ServedColumn(column))];
        var names = new Dictionary<string, int>(Utf8Comparer.Instance);
        for (var at = 0; at < Columns.Length; at++)
        {
            names.Add(Columns[at].Column.Name, at);
        }
        _columnOf = names.GetAlternateLookup<ReadOnlySpan<byte>>();
        Classes = [.. model.Classes.Select(name => JsonEncodedText.Encode(name, JsonWriting.Encoder))];
        ModelName = JsonEncodedText.Encode(version.Name);
    }

    public ModelVersion Version { get; }

    public Model Model { get; }

    /// <summary>Makes raw rows into those that the model reads; null when it reads them as they come.</summary>
    public RowPreparer? Preparer { get; }

    /// <summary>The columns that requests have: the model's, or those of the rows before they are prepared.</summary>
    public ServedColumn[] Columns { get; }

    /// <summary>The fields that people are told of: a raw row may hold what is to be predicted, and needs it not.</summary>
    public IReadOnlyList<EndpointField> Fields => [.. Columns.Where(column => Preparer is null || column.Column.Name != Model.TargetName).Select(column => EndpointField.Of(column.Column))];

    /// <summary>Names of the classes, ready to be written.</summary>
    public JsonEncodedText[] Classes { get; }

    public JsonEncodedText ModelName { get; }

    /// <summary>The column of a name in UTF-8, or −1.</summary>
    public int ColumnOf(ReadOnlySpan<byte> name) => _columnOf.TryGetValue(name, out var at) ? at : -1;

    /// <summary>The column of a name, or −1.</summary>
    public int ColumnOf(string name) => _columnOf.Dictionary.TryGetValue(name, out var at) ? at : -1;

    /// <summary>A row to fill and room for what is predicted; give it back.</summary>
    public Slot Rent() => _spare.TryDequeue(out var slot) ? slot : new Slot(this);

    /// <summary>Raw rows that were logged, as the recipe makes them. What cannot be read is a missing value.</summary>
    /// <exception cref="LearningException">They cannot be prepared.</exception>
    public ValueTask<object?[][]> PrepareAsync(IEnumerable<string> rows)
    {
        var (slot, raw) = (new Slot(this), new List<object?[]>());
        foreach (var row in rows)
        {
            List<FieldError>? errors = null;
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(row));
            reader.Read();
            RowReading.ReadObject(ref reader, this, slot, 0, ignoreExtra: true, ref errors);
            raw.Add(slot.Raw());
        }
        return Preparer!.PrepareAsync(raw);
    }

    /// <summary>Gives a slot back.</summary>
    public void Return(Slot slot)
    {
        if (_spare.Count < MostSpare && slot.Clean())
        {
            _spare.Enqueue(slot);
        }
    }

    /// <summary>What one request works with.</summary>
    internal sealed class Slot
    {
        private const int MostKept = 1 << 20;

        private readonly ServedModel _model;
        private readonly object?[]? _raw;
        private readonly List<object?[]> _kept = [];

        public Slot(ServedModel model)
        {
            (_model, Row, Seen, Outputs) = (model, model.Model.NewRow(), new bool[model.Columns.Length], new double[model.Model.OutputCount]);
            _raw = model.Preparer is null ? null : new object?[model.Columns.Length];
            Answer = new ArrayBufferWriter<byte>(512);
            Writer = new Utf8JsonWriter(Answer, JsonWriting.Options);
        }

        public ModelRow Row { get; }

        /// <summary>Which columns the row at hand had.</summary>
        public bool[] Seen { get; }

        public double[] Outputs { get; }

        public ArrayBufferWriter<byte> Answer { get; }

        public Utf8JsonWriter Writer { get; }

        /// <summary>Makes every value of the row missing.</summary>
        public void ClearRow()
        {
            if (_raw is null)
            {
                Row.Clear();
                return;
            }
            Array.Clear(_raw);
        }

        /// <summary>Sets a number.</summary>
        public void Set(int column, double value)
        {
            if (_raw is null)
            {
                Row[column] = value;
                return;
            }
            _raw[column] = _model.Columns[column].IsCategory ? value.ToString(CultureInfo.InvariantCulture) : value;
        }

        /// <summary>Sets true or false.</summary>
        public void Set(int column, bool value)
        {
            if (_raw is null)
            {
                Row[column] = value;
                return;
            }
            _raw[column] = _model.Columns[column].IsCategory ? (value ? "true" : "false") : value;
        }

        /// <summary>Sets a text.</summary>
        public void Set(int column, string? value)
        {
            if (_raw is null)
            {
                Row[column] = value;
                return;
            }
            _raw[column] = value;
        }

        /// <summary>Sets a moment.</summary>
        public void Set(int column, DateTime? value)
        {
            if (_raw is null)
            {
                Row[column] = value is { } moment ? moment : default(Cell);
                return;
            }
            _raw[column] = value;
        }

        /// <summary>The raw row at hand.</summary>
        public object?[] Raw() => [.. _raw!];

        /// <summary>How what is kept is to be answered.</summary>
        public AnswerShape Shape { get; set; }

        /// <summary>What the request calls itself, or null.</summary>
        public string? RequestId { get; set; }

        /// <summary>Whether there are rows to prepare and predict.</summary>
        public bool HasKept => _kept.Count > 0;

        /// <summary>Predicts the row. A raw row is kept instead (false): all those of a request are prepared together, once it is read.</summary>
        public bool Predict()
        {
            if (_raw is not null)
            {
                _kept.Add([.. _raw]);
                return false;
            }
            _model.Model.Predict(Row, Outputs);
            return true;
        }

        /// <summary>Prepares and predicts what was kept, and writes the answer.</summary>
        /// <exception cref="LearningException">A value cannot be prepared.</exception>
        public async ValueTask FinishAsync()
        {
            var prepared = await _model.Preparer!.PrepareAsync(_kept);
            Answer.ResetWrittenCount();
            Writer.Reset(Answer);
            Predicting.WriteAll(_model, this, Predicted(prepared));
        }

        private IEnumerable<double[]> Predicted(object?[][] prepared)
        {
            foreach (var values in prepared)
            {
                _model.Preparer!.Set(values, Row);
                _model.Model.Predict(Row, Outputs);
                yield return Outputs;
            }
        }

        public bool Clean()
        {
            _kept.Clear();
            RequestId = null;
            if (Answer.Capacity > MostKept)
            {
                return false;
            }
            Answer.ResetWrittenCount();
            Writer.Reset(Answer);
            return true;
        }
    }
}

/// <summary>What an answer looks like.</summary>
internal enum AnswerShape
{
    /// <summary>Escale's own, of one row.</summary>
    One,

    /// <summary>Escale's own, of many.</summary>
    Many,

    /// <summary>MLflow's.</summary>
    Mlflow,

    /// <summary>The Open Inference Protocol's.</summary>
    Inference,
}

/// <summary>A column that a model reads, with its levels to be found by their UTF-8 bytes.</summary>
internal sealed class ServedColumn
{
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<byte>> _levels;

    public ServedColumn(ModelColumn column)
    {
        Column = column;
        Name = Encoding.UTF8.GetBytes(column.Name);
        var levels = new Dictionary<string, string>(Utf8Comparer.Instance);
        foreach (var level in column.Levels)
        {
            levels[level] = level;
        }
        _levels = levels.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public ModelColumn Column { get; }

    /// <summary>The name in UTF-8.</summary>
    public byte[] Name { get; }

    public bool IsCategory => Column.Role == ColumnRole.Category;

    /// <summary>The level that was learned under these bytes, without allocating; null for a new one.</summary>
    public string? Level(ReadOnlySpan<byte> utf8) => _levels.TryGetValue(utf8, out var level) ? level : null;
}

/// <summary>Compares texts with the UTF-8 bytes of others.</summary>
internal sealed class Utf8Comparer : IEqualityComparer<string>, IAlternateEqualityComparer<ReadOnlySpan<byte>, string>
{
    public static readonly Utf8Comparer Instance = new();

    public bool Equals(string? x, string? y) => string.Equals(x, y, StringComparison.Ordinal);

    public int GetHashCode(string text)
    {
        Span<byte> room = stackalloc byte[512];
        if (Encoding.UTF8.TryGetBytes(text, room, out var count))
        {
            return GetHashCode(room[..count]);
        }
        return GetHashCode(Encoding.UTF8.GetBytes(text).AsSpan());
    }

    public bool Equals(ReadOnlySpan<byte> alternate, string other)
    {
        if (alternate.Length < other.Length)
        {
            return false;
        }
        for (var at = 0; at < other.Length; at++)
        {
            if (other[at] >= 0x80)
            {
                return Encoding.UTF8.GetString(alternate) == other;
            }
            if (alternate[at] != other[at])
            {
                return false;
            }
        }
        return alternate.Length == other.Length;
    }

    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        var hash = new HashCode();
        hash.AddBytes(alternate);
        return hash.ToHashCode();
    }

    public string Create(ReadOnlySpan<byte> alternate) => Encoding.UTF8.GetString(alternate);
}

/// <summary>How answers are written.</summary>
internal static class JsonWriting
{
    public static System.Text.Encodings.Web.JavaScriptEncoder Encoder { get; } = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    // What is written here is always well formed; checking each token again would cost as much as writing it.
    public static JsonWriterOptions Options { get; } = new() { Encoder = Encoder, SkipValidation = true };
}
