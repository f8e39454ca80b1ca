namespace Escale.Learning.Frames;

/// <summary>One column of a delimited text while it is read: <see cref="See"/> every cell, <see cref="Settle"/>, <see cref="Add"/> every cell, <see cref="Build"/>.</summary>
internal sealed class CsvColumn(string name, ColumnKind? given)
{
    private readonly Dictionary<string, int> _levels = new(StringComparer.Ordinal);
    private Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private bool _canBeInteger = true;
    private bool _canBeNumber = true;
    private bool _canBeBoolean = true;
    private bool _canBeMoment = true;
    private int _rows;
    private int _present;
    private ColumnKind _kind;
    private bool[] _isMissing = [];
    private double[] _numbers = [];
    private long[] _integers = [];
    private bool[] _booleans = [];
    private DateTime[] _moments = [];
    private int[] _codes = [];
    private int _at;

    public void See(ReadOnlySpan<char> cell, bool isMissing)
    {
        _rows++;
        if (isMissing)
        {
            return;
        }
        _present++;
        _canBeInteger = _canBeInteger && CellText.IsInteger(cell, out _);
        _canBeNumber = _canBeNumber && (_canBeInteger || CellText.IsNumber(cell, out _));
        _canBeBoolean = _canBeBoolean && CellText.IsBoolean(cell, out _);
        _canBeMoment = _canBeMoment && CellText.IsMoment(cell, out _);
    }

    public void Settle()
    {
        _kind = given ?? (_present == 0 ? ColumnKind.Double
            : _canBeInteger ? ColumnKind.Integer
            : _canBeNumber ? ColumnKind.Double
            : _canBeBoolean ? ColumnKind.Boolean
            : _canBeMoment ? ColumnKind.Timestamp : ColumnKind.Category);
        _lookup = _levels.GetAlternateLookup<ReadOnlySpan<char>>();
        _isMissing = _kind is ColumnKind.Integer or ColumnKind.Boolean or ColumnKind.Timestamp && (_present < _rows || given is not null) ? new bool[_rows] : [];
        switch (_kind)
        {
            case ColumnKind.Double or ColumnKind.Single: _numbers = new double[_rows]; break;
            case ColumnKind.Integer: _integers = new long[_rows]; break;
            case ColumnKind.Boolean: _booleans = new bool[_rows]; break;
            case ColumnKind.Timestamp: _moments = new DateTime[_rows]; break;
            default: _codes = new int[_rows]; break;
        }
    }

    public void Add(ReadOnlySpan<char> cell, bool isMissing, int line)
    {
        var at = _at++;
        if (isMissing)
        {
            AddMissing(at);
            return;
        }
        var isOfKind = true;
        switch (_kind)
        {
            case ColumnKind.Double or ColumnKind.Single: isOfKind = CellText.IsNumber(cell, out _numbers[at]); break;
            case ColumnKind.Integer: isOfKind = CellText.IsInteger(cell, out _integers[at]); break;
            case ColumnKind.Boolean: isOfKind = CellText.IsBoolean(cell, out _booleans[at]); break;
            case ColumnKind.Timestamp: isOfKind = CellText.IsMoment(cell, out _moments[at]); break;
            default: _codes[at] = Level(_kind == ColumnKind.Category ? cell.Trim() : cell); break;
        }
        if (!isOfKind)
        {
            throw new LearningException("learning.csv-kind", $"Column '{name}' holds '{cell}' on line {line}, which is not of the kind {_kind}.", "Correct the cell, or choose another kind for the column.", name);
        }
    }

    public Column Build(double maxLevelShare)
    {
        switch (_kind)
        {
            case ColumnKind.Double: return Column.OfNumbers(name, _numbers);
            case ColumnKind.Single: return Column.OfNumbers(name, Array.ConvertAll(_numbers, number => (float)number));
            case ColumnKind.Integer: return Column.OfIntegers(name, _integers, _isMissing);
            case ColumnKind.Boolean: return Column.OfBooleans(name, _booleans, _isMissing);
            case ColumnKind.Timestamp: return Column.OfTimestamps(name, _moments, _isMissing);
        }
        string[] levels = [.. _levels.Keys];
        var isText = given is { } kind ? kind == ColumnKind.Text : levels.Length > maxLevelShare * _present;
        return isText
            ? Column.OfTexts(name, Array.ConvertAll(_codes, code => code < 0 ? null : levels[code]))
            : Column.OfLevels(name, _codes, levels);
    }

    private void AddMissing(int at)
    {
        if (_numbers.Length > 0)
        {
            _numbers[at] = double.NaN;
        }
        else if (_codes.Length > 0)
        {
            _codes[at] = -1;
        }
        else
        {
            _isMissing[at] = true;
        }
    }

    private int Level(ReadOnlySpan<char> cell)
    {
        if (!_lookup.TryGetValue(cell, out var level))
        {
            _lookup[cell] = level = _levels.Count;
        }
        return level;
    }
}
