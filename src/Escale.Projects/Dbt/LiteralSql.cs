using System.Globalization;
using Escale.Kernel;

namespace Escale.Projects.Dbt;

/// <summary>
/// Reads the references of a SQL text whose Jinja is only literal calls, without the interpreter: <c>{{ ref('x') }}</c>,
/// <c>{{ source('a', 'b') }}</c>, <c>{{ config(key='value') }}</c>, <c>{{ this }}</c>, comments, and
/// <c>{% if is_incremental() %} … {% else %} … {% endif %}</c>. That is most models of most projects; for anything else it answers null
/// and the interpreter's parse pass decides. (dbt has such a parser for the same reason: start-up time.)
/// </summary>
internal ref struct LiteralSql
{
    private readonly ReadOnlySpan<char> _text;
    private readonly string _path;
    private readonly List<RefCall> _refs = [];
    private readonly List<SourceCall> _sources = [];
    private Dictionary<string, object?>? _config;
    private Place? _configPlace;
    private int _at;

    private LiteralSql(ReadOnlySpan<char> text, string path)
    {
        _text = text;
        _path = path;
    }

    /// <summary>The references and configuration, or null when the text needs the interpreter.</summary>
    public static ParsedSql? TryParse(string text, string path)
    {
        var parser = new LiteralSql(text, path);
        return parser.Run()
            ? new ParsedSql
            {
                Refs = parser._refs,
                Sources = parser._sources,
                Config = parser._config ?? ParsedSql.Empty.Config,
                ConfigPlace = parser._configPlace,
            }
            : null;
    }

    private bool Run()
    {
        while (true)
        {
            var open = _text[_at..].IndexOf('{');
            if (open < 0 || _at + open + 1 >= _text.Length)
            {
                return true;
            }
            _at += open;
            var understood = _text[_at + 1] switch { '{' => Expression(), '%' => Statement(), '#' => Comment(), _ => Skip() };
            if (!understood)
            {
                return false;
            }
        }
    }

    private bool Skip()
    {
        _at++;
        return true;
    }

    private bool Comment()
    {
        var end = _text[_at..].IndexOf("#}");
        if (end < 0)
        {
            return false;
        }
        _at += end + 2;
        return true;
    }

    private bool Statement()
    {
        var end = _text[_at..].IndexOf("%}");
        if (end < 0)
        {
            return false;
        }
        var inside = _text.Slice(_at + 2, end - 2).Trim('-').Trim();
        _at += end + 2;
        return inside is "if is_incremental()" or "if not is_incremental()" or "else" or "endif";
    }

    private bool Expression()
    {
        var start = _at;
        _at += 2;
        Take('-');
        Space();
        var name = Word();
        var isCall = name is "ref" or "source" or "config";
        if (name.IsEmpty || !(isCall ? Call(name, start) : name is "this"))
        {
            return false;
        }
        Space();
        Take('-');
        return Take('}') && Take('}');
    }

    private bool Call(ReadOnlySpan<char> name, int start)
    {
        Space();
        if (!Take('('))
        {
            return false;
        }
        var positional = new List<string>();
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        Space();
        while (!Take(')'))
        {
            if (!Argument(positional, named))
            {
                return false;
            }
            Space();
            if (!Take(','))
            {
                Space();
                if (!Take(')'))
                {
                    return false;
                }
                break;
            }
            Space();
        }
        return Apply(name, positional, named, start);
    }

    private bool Argument(List<string> positional, Dictionary<string, object?> named)
    {
        var mark = _at;
        var key = Word();
        Space();
        if (!key.IsEmpty && Take('='))
        {
            Space();
            return Value(out var value) && named.TryAdd(key.ToString(), value);
        }
        _at = mark;
        if (named.Count > 0 || !Value(out var plain) || plain is not string text)
        {
            return false;
        }
        positional.Add(text);
        return true;
    }

    private bool Apply(ReadOnlySpan<char> name, List<string> positional, Dictionary<string, object?> named, int start)
    {
        switch (name)
        {
            case "ref" when positional.Count is 1 or 2 && named.Count == 0:
                _refs.Add(new RefCall(positional.Count == 2 ? positional[0] : null, positional[^1], PlaceOf(start)));
                return true;
            case "source" when positional.Count == 2 && named.Count == 0:
                _sources.Add(new SourceCall(positional[0], positional[1], PlaceOf(start)));
                return true;
            case "config" when positional.Count == 0:
                _configPlace ??= PlaceOf(start);
                _config ??= new Dictionary<string, object?>(StringComparer.Ordinal);
                foreach (var (key, value) in named)
                {
                    _config[key] = value;
                }
                return true;
            default:
                return false;
        }
    }

    private bool Value(out object? value)
    {
        value = null;
        if (_at >= _text.Length)
        {
            return false;
        }
        var first = _text[_at];
        if (first is '\'' or '"')
        {
            return Quoted(first, out value);
        }
        if (first == '[')
        {
            return List(out value);
        }
        var end = _text[_at..].IndexOfAny(",)] \n\r\t");
        if (end <= 0)
        {
            return false;
        }
        var word = _text.Slice(_at, end);
        _at += end;
        switch (word)
        {
            case "true" or "True":
                value = true;
                return true;
            case "false" or "False":
                value = false;
                return true;
            case "none" or "None":
                return true;
            default:
                var isNumber = long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
                value = number;
                return isNumber;
        }
    }

    private bool Quoted(char quote, out object? value)
    {
        var length = _text[(_at + 1)..].IndexOf(quote);
        value = null;
        if (length < 0 || _text.Slice(_at + 1, length).IndexOfAny('\\', '{') >= 0)
        {
            return false;
        }
        value = _text.Slice(_at + 1, length).ToString();
        _at += length + 2;
        Space();
        // 'a' 'b', 'a' ~ x, 'a' | filter: not a literal argument.
        return _at < _text.Length && _text[_at] is ',' or ')' or ']';
    }

    private bool List(out object? value)
    {
        var items = new List<object?>();
        value = items;
        _at++;
        Space();
        while (!Take(']'))
        {
            if (!Value(out var item))
            {
                return false;
            }
            items.Add(item);
            Space();
            if (!Take(',') && (_at >= _text.Length || _text[_at] != ']'))
            {
                return false;
            }
            Space();
        }
        return true;
    }

    private ReadOnlySpan<char> Word()
    {
        var from = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_'))
        {
            _at++;
        }
        return _text[from.._at];
    }

    private bool Take(char expected)
    {
        if (_at < _text.Length && _text[_at] == expected)
        {
            _at++;
            return true;
        }
        return false;
    }

    private void Space()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }
    }

    private readonly Place PlaceOf(int at)
    {
        var before = _text[..at];
        return new Place(_path, before.Count('\n') + 1, at - before.LastIndexOf('\n'));
    }
}
