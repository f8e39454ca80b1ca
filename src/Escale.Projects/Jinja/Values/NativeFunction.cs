namespace Escale.Projects.Jinja;

/// <summary>
/// A function written in C#, declared by a signature in Python's form: <c>value width=4 first=False *rest **named</c>, separated by
/// spaces. A default is a literal, or <c>?</c> for "not given" (<see cref="Missing"/>).
/// </summary>
public sealed class NativeFunction : JinjaCallable
{
    /// <summary>The value of an optional argument that was not given.</summary>
    public static readonly object Missing = new();

    private readonly Parameter[] _parameters;
    private readonly Func<Evaluation, object?[], object?> _body;
    private readonly int _restAt = -1;
    private readonly int _namedAt = -1;

    /// <summary>Declares a function.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="signature">Its parameters.</param>
    /// <param name="body">Gets the values in the order of the signature.</param>
    public NativeFunction(string name, string signature, Func<Evaluation, object?[], object?> body)
    {
        Name = name;
        _body = body;
        _parameters = [.. signature.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Parameter.Read)];
        _restAt = Array.FindIndex(_parameters, parameter => parameter.Kind == 1);
        _namedAt = Array.FindIndex(_parameters, parameter => parameter.Kind == 2);
    }

    /// <summary>The name, for messages.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public override string TypeName => "function";

    /// <inheritdoc/>
    public override string Represent(Evaluation evaluation) => $"<function {Name}>";

    /// <inheritdoc/>
    public override object? Call(Evaluation evaluation, Arguments arguments) => _body(evaluation, Bind(evaluation, arguments));

    private object?[] Bind(Evaluation evaluation, Arguments arguments)
    {
        var values = new object?[_parameters.Length];
        var given = new bool[_parameters.Length];
        var plain = _restAt >= 0 ? _restAt : _namedAt >= 0 ? _namedAt : _parameters.Length;
        for (var index = 0; index < Math.Min(plain, arguments.Positional.Count); index++)
        {
            values[index] = arguments.Positional[index];
            given[index] = true;
        }
        if (_restAt >= 0)
        {
            values[_restAt] = new JinjaTuple([.. arguments.Positional.Skip(plain)]);
        }
        else if (arguments.Positional.Count > plain)
        {
            throw evaluation.Fail("type", $"{Name}() takes at most {plain} arguments, {arguments.Positional.Count} were given");
        }
        var others = _namedAt >= 0 ? new JinjaDict() : null;
        foreach (var (key, value) in arguments.Named)
        {
            var at = Array.FindIndex(_parameters, parameter => parameter.Kind == 0 && parameter.Name == key);
            if (at >= 0 && given[at])
            {
                throw evaluation.Fail("type", $"{Name}() got multiple values for argument '{key}'");
            }
            if (at >= 0)
            {
                (values[at], given[at]) = (value, true);
            }
            else if (others is null)
            {
                throw evaluation.Fail("type", $"{Name}() got an unexpected keyword argument '{key}'");
            }
            else
            {
                others[key] = value;
            }
        }
        if (others is not null)
        {
            values[_namedAt] = others;
        }
        return Complete(evaluation, values, given);
    }

    private object?[] Complete(Evaluation evaluation, object?[] values, bool[] given)
    {
        for (var index = 0; index < values.Length; index++)
        {
            if (given[index] || _parameters[index].Kind != 0)
            {
                continue;
            }
            values[index] = _parameters[index].IsOptional
                ? _parameters[index].Default
                : throw evaluation.Fail("type", $"{Name}() missing required argument: '{_parameters[index].Name}'");
        }
        return values;
    }

    private sealed record Parameter(string Name, int Kind, bool IsOptional, object? Default)
    {
        public static Parameter Read(string text)
        {
            if (text.StartsWith("**", StringComparison.Ordinal))
            {
                return new(text[2..], 2, true, null);
            }
            if (text[0] == '*')
            {
                return new(text[1..], 1, true, null);
            }
            var at = text.IndexOf('=', StringComparison.Ordinal);
            return at < 0 ? new(text, 0, false, null) : new(text[..at], 0, true, Literal(text[(at + 1)..]));
        }

        private static object? Literal(string text) => text switch
        {
            "?" => Missing,
            "None" => null,
            "True" => true,
            "False" => false,
            _ when text[0] == '\'' => text[1..^1].Replace("_", " ", StringComparison.Ordinal),
            _ when text.Contains('.', StringComparison.Ordinal) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture),
            _ => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture),
        };
    }
}
