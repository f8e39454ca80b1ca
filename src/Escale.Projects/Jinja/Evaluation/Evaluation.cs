using System.Runtime.CompilerServices;
using System.Text;
using Escale.Kernel;

namespace Escale.Projects.Jinja;

/// <summary>
/// One rendering under way: where it is, what it has used of its <see cref="JinjaLimits"/>, and the output so far.
/// Not thread-safe; functions get it so that they can fail at the right place.
/// </summary>
public sealed partial class Evaluation
{
    private readonly CancellationToken _cancellationToken;
    private readonly List<object> _nested = [];
    private readonly Stack<Caller> _callers = new();

    private sealed record Caller(JinjaTemplate Template, Position At);
    private long _steps;
    private long _allocated;
    private long _outputChars;

    internal Evaluation(JinjaEnvironment environment, JinjaTemplate template, Scope globals, CancellationToken cancellationToken)
    {
        Environment = environment;
        Template = template;
        Globals = globals;
        Autoescape = environment.Options.Autoescape;
        _cancellationToken = cancellationToken;
    }

    /// <summary>The environment that the template belongs to.</summary>
    public JinjaEnvironment Environment { get; }

    /// <summary>The template being evaluated: changes inside macros of others.</summary>
    public JinjaTemplate Template { get; private set; }

    /// <summary>Steps used so far.</summary>
    public long Steps => _steps;

    /// <summary>Where the evaluation stands.</summary>
    public Place Here => new(Template.Name, At.Line, At.Column);

    internal Position At { get; set; }

    /// <summary>Seeded by the environment: the same template gives the same text.</summary>
    internal Random Random => field ??= Kernel.SeededRandom.For(Environment.Options.RandomSeed, "jinja");

    internal Scope Globals { get; }

    internal bool Autoescape { get; set; }

    internal StringBuilder Output { get; private set; } = new();

    /// <summary>Looks a name up where the evaluation stands.</summary>
    public bool TryResolve(string name, out object? value) => Current.TryGet(name, out value);

    /// <summary>An error of the template at the current place.</summary>
    /// <param name="kind">The end of the code <c>projects.jinja.…</c>.</param>
    /// <param name="message">What happened.</param>
    /// <param name="remedy">One next step, or null.</param>
    public EscaleException Fail(string kind, string message, string? remedy = null) => new(
        kind.Contains('.', StringComparison.Ordinal) ? kind : $"projects.jinja.{kind}", message + Trail(), remedy, Here);

    /// <summary>Counts work; stops a template that does too much.</summary>
    public void Charge(long steps)
    {
        _steps += steps;
        if (_steps > Environment.Options.Limits.MaxSteps)
        {
            throw Fail("limit", $"the template does more than {Environment.Options.Limits.MaxSteps:N0} steps", "Look for a loop that is far too long.");
        }
        if ((_steps & 0x3ff) == 0)
        {
            _cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Counts what is made; stops a template that makes too much. Call it before making a large value.</summary>
    public void Allocate(long units)
    {
        Charge(1 + (units >> 6));
        _allocated += units;
        if (units > Environment.Options.Limits.MaxOutputChars || _allocated > Environment.Options.Limits.MaxAllocatedUnits)
        {
            throw TooLarge("a value");
        }
    }

    internal EscaleException TooLarge(string what) => Fail("limit", $"{what} made by the template is too large");

    internal EscaleException TooDeep() => Fail("limit", "the template is nested too deeply", "Look for a macro that calls itself without end.");

    internal void Write(string text, bool isData = false)
    {
        if (Pieces is not null && ReferenceEquals(Output, _page))
        {
            Pieces.Add(new OutputPiece(Output.Length, Template, At.Line, isData));
        }
        _outputChars += text.Length;
        if (_outputChars > Environment.Options.Limits.MaxOutputChars)
        {
            throw Fail("limit", $"the template writes more than {Environment.Options.Limits.MaxOutputChars:N0} characters");
        }
        Output.Append(text);
    }

    /// <summary>Runs something and gives what it writes.</summary>
    internal string Capture(Action body)
    {
        var outer = Output;
        Output = new StringBuilder();
        try
        {
            body();
            return Output.ToString();
        }
        finally
        {
            Output = outer;
        }
    }

    /// <summary>Guards the machine's stack: expressions may be nested, not without end.</summary>
    internal void EnsureStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw TooDeep();
        }
    }

    /// <summary>Runs a body of another template or macro, remembering who called.</summary>
    internal T Enter<T>(JinjaTemplate template, Scope scope, Func<T> body)
    {
        if (_callers.Count >= Environment.Options.Limits.MaxDepth)
        {
            throw TooDeep();
        }
        EnsureStack();
        var (outerTemplate, outerScope, outerAt, outerEscape) = (Template, Current, At, Autoescape);
        _callers.Push(new Caller(Template, At));
        (Template, Current) = (template, scope);
        try
        {
            return body();
        }
        finally
        {
            _callers.Pop();
            (Template, Current, At, Autoescape) = (outerTemplate, outerScope, outerAt, outerEscape);
        }
    }

    internal Nesting Nest(object value, out bool again)
    {
        EnsureStack();
        again = _nested.Any(outer => ReferenceEquals(outer, value));
        _nested.Add(value);
        if (_nested.Count > 200)
        {
            throw TooDeep();
        }
        return new Nesting(_nested);
    }

    private string Trail()
    {
        if (_callers.Count == 0)
        {
            return "";
        }
        var places = _callers.Where(caller => caller.At.Line > 0)
            .Select(caller => $"{caller.Template.Name}:{caller.At.Line}:{caller.At.Column}").Distinct().Take(5).ToArray();
        return places.Length == 0 ? "" : $" (called from {string.Join(", ", places)})";
    }

    internal readonly struct Nesting(List<object> nested) : IDisposable
    {
        public void Dispose() => nested.RemoveAt(nested.Count - 1);
    }
}
