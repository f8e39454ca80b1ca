namespace Escale.Learning.Selection.Search;

/// <summary>One thing to search over: a number in a range, a whole number in a range, or one of some choices.</summary>
public sealed class Parameter
{
    private Parameter(string name, double low, double high, bool isLog, bool isWhole, IReadOnlyList<object> choices) =>
        (Name, Low, High, IsLog, IsWhole, Choices) = (name, low, high, isLog, isWhole, choices);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The least value; 0 for choices.</summary>
    public double Low { get; }

    /// <summary>The greatest value; the last index for choices.</summary>
    public double High { get; }

    /// <summary>Whether a ratio, and not a difference, is what counts: learning rates, penalties.</summary>
    public bool IsLog { get; }

    /// <summary>Whether values are whole.</summary>
    public bool IsWhole { get; }

    /// <summary>What may be chosen; empty for numbers.</summary>
    public IReadOnlyList<object> Choices { get; }

    /// <summary>A number.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="low">The least value; above 0 when <paramref name="log"/>.</param>
    /// <param name="high">The greatest value.</param>
    /// <param name="log">Whether to search by ratio.</param>
    public static Parameter Real(string name, double low, double high, bool log = false)
    {
        Check(name, low, high, log);
        return new Parameter(name, low, high, log, false, []);
    }

    /// <summary>A whole number, both ends included.</summary>
    public static Parameter Whole(string name, int low, int high, bool log = false)
    {
        Check(name, low, high, log);
        return new Parameter(name, low, high, log, true, []);
    }

    /// <summary>One of some things that have no order.</summary>
    public static Parameter Choice(string name, params IReadOnlyList<object> choices)
    {
        ArgumentOutOfRangeException.ThrowIfZero(choices.Count);
        return new Parameter(name, 0, choices.Count - 1, false, true, choices);
    }

    /// <summary>The value at a place between 0 and 1.</summary>
    internal object At(double place)
    {
        if (Choices.Count > 0)
        {
            return Choices[Math.Min(Choices.Count - 1, (int)(place * Choices.Count))];
        }
        // A whole number has as much room as any other, the ends included.
        var (low, high) = IsWhole ? (Low - 0.5, High + 0.5) : (Low, High);
        var value = IsLog ? Math.Exp(Math.Log(Math.Max(low, 0.5 * Low)) * (1 - place) + Math.Log(high) * place) : low + (high - low) * place;
        return IsWhole ? Math.Clamp(Math.Round(value), Low, High) : Math.Clamp(value, Low, High);
    }

    private static void Check(string name, double low, double high, bool log)
    {
        if (!(low <= high) || (log && low <= 0))
        {
            throw new LearningException(
                "learning.search-range", $"The range of '{name}' is {low} to {high}.", log ? "Give a range above zero, the lower end first." : "Give the lower end first.");
        }
    }
}

/// <summary>One value for each parameter of a search space.</summary>
public sealed class Configuration
{
    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly object[] _values;

    internal Configuration(IReadOnlyList<Parameter> parameters, double[] places)
    {
        (_parameters, Places) = (parameters, places);
        _values = [.. parameters.Select((parameter, at) => parameter.At(places[at]))];
    }

    /// <summary>Where each value lies in its range, 0 to 1.</summary>
    internal double[] Places { get; }

    /// <summary>A number.</summary>
    public double Real(string name) => (double)Of(name);

    /// <summary>A whole number.</summary>
    public int Whole(string name) => (int)(double)Of(name);

    /// <summary>A choice.</summary>
    public T Choice<T>(string name) => (T)Of(name);

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", _parameters.Select((parameter, at) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{parameter.Name} {(_values[at] is double number ? number.ToString("G4", System.Globalization.CultureInfo.InvariantCulture) : _values[at])}")));

    private object Of(string name)
    {
        for (var at = 0; at < _values.Length; at++)
        {
            if (_parameters[at].Name == name)
            {
                return _values[at];
            }
        }
        throw new ArgumentException($"There is no parameter '{name}'.", nameof(name));
    }
}
