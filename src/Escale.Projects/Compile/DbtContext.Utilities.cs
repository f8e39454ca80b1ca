using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Escale.Kernel;
using Escale.Projects.Jinja;
using Escale.Projects.Yaml;

namespace Escale.Projects.Compile;

/// <summary>dbt's functions that need nothing of the project: conversions, sets, logging; and statements.</summary>
internal static partial class DbtContext
{
    /// <summary>dbt's filters that keep a value's type.</summary>
    public static IReadOnlyList<NativeFunction> NativeFilters { get; } =
    [
        new("as_native", "value", (_, a) => a[0]),
        new("as_text", "value", (e, a) => Representation.Text(e, a[0])),
        new("as_bool", "value", (e, a) => Operators.IsTrue(e, a[0])),
        new("as_number", "value", (e, a) => NumberFilters.ToInt(e, a[0], 10L)),
    ];

    private static void FillUtilities(Rendering rendering)
    {
        FillConversions(rendering.Context);
        void Add(string name, string signature, Func<Evaluation, object?[], object?> body) => rendering.Context[name] = new NativeFunction(name, signature, body);
        Add("return", "data", (_, a) => throw new MacroReturn(a[0]));
        Add("log", "msg info=False", (e, a) => Log(rendering, e, a[0], Operators.IsTrue(e, a[1])));
        Add("print", "msg", (e, a) => Log(rendering, e, a[0], true));
        Add("debug", "", (_, _) => "");
        foreach (var filter in NativeFilters)
        {
            rendering.Context[filter.Name] = filter;
        }
        Add("run_query", "sql", (e, a) => rendering.Execute ? Run(rendering, e, Representation.Text(e, a[0])) : null);
        Add("load_result", "name", (e, a) => rendering.Results.GetValueOrDefault(Representation.Text(e, a[0])));
        Add("store_result", "name response agate_table=None", (e, a) => Store(rendering, e, a));
        Add("statement", "name=None fetch_result=False auto_begin=True language='sql' caller=None", (e, a) => Statement(rendering, e, a));
    }

    /// <summary>Adds the functions that need nothing but their arguments.</summary>
    public static void FillConversions(Scope names)
    {
        void Add(string name, string signature, Func<Evaluation, object?[], object?> body) => names[name] = new NativeFunction(name, signature, body);
        Add("zip", "*args", (e, a) => Zip(e, (JinjaTuple)a[0]!));
        Add("zip_strict", "*args", (e, a) => Zip(e, (JinjaTuple)a[0]!));
        Add("set", "value default=None", (e, a) => Operators.IsIterable(a[0]) ? new JinjaSet(Operators.Iterate(e, a[0])) : a[1]);
        Add("set_strict", "value", (e, a) => new JinjaSet(Operators.Iterate(e, a[0])));
        Add("fromjson", "string default=None", (e, a) => FromJson(e, a));
        Add("tojson", "value default=None sort_keys=False", (e, a) => JsonText.Write(e, a[0], sortKeys: Operators.IsTrue(e, a[2])));
        Add("fromyaml", "value default=None", (e, a) => JinjaValue.From(YamlFile.Parse(Representation.Text(e, a[0]), e.Here.File ?? "yaml").ToValue()));
        Add("toyaml", "value default=None sort_keys=False", (e, a) => YamlText.Write(e, a[0], Operators.IsTrue(e, a[2])));
        Add("local_md5", "value", (e, a) => Md5(Representation.Text(e, a[0])));
    }

    private static object? Log(Rendering rendering, Evaluation evaluation, object? message, bool isShown)
    {
        if (rendering.Execute && isShown)
        {
            rendering.Options.Log(rendering.Mask(Representation.Text(evaluation, message)));
        }
        return "";
    }

    private static JinjaList Zip(Evaluation evaluation, JinjaTuple sequences)
    {
        var lists = sequences.Select(sequence => Operators.Iterate(evaluation, sequence).ToArray()).ToArray();
        var count = lists.Length == 0 ? 0 : lists.Min(list => list.Length);
        return new JinjaList(Enumerable.Range(0, count).Select(index => new JinjaTuple([.. lists.Select(list => list[index])])));
    }

    private static object? FromJson(Evaluation evaluation, object?[] arguments)
    {
        try
        {
            return JsonText.Read(Representation.Text(evaluation, arguments[0]));
        }
        catch (JsonException)
        {
            return arguments[1];
        }
    }

    /// <summary>dbt promises MD5 here: it names surrogate keys and is no protection of anything.</summary>
    private static string Md5(string text)
    {
#pragma warning disable CA5351
        return Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351
    }

    private static object? Statement(Rendering rendering, Evaluation evaluation, object?[] arguments)
    {
        if (!rendering.Execute || arguments[4] is not JinjaMacro caller)
        {
            return "";
        }
        var sql = Representation.Text(evaluation, caller.Call(evaluation, Arguments.None));
        var table = Run(rendering, evaluation, sql);
        if (arguments[0] is not null)
        {
            rendering.Results[Representation.Text(evaluation, arguments[0])] = Result(table, "OK");
        }
        return "";
    }

    private static object? Store(Rendering rendering, Evaluation evaluation, object?[] arguments)
    {
        rendering.Results[Representation.Text(evaluation, arguments[0])] = Result(arguments[2], arguments[1]);
        return "";
    }

    private static JinjaDict Result(object? table, object? response) => new(
    [
        new("response", response), new("table", table),
        new("data", table is QueryResult result ? new JinjaList(result.Rows.Select(row => new JinjaTuple([.. row.Values]))) : new JinjaList()),
    ]);

    /// <summary>What is wrong in a macro's query shows where the macro asks.</summary>
    private static QueryTable Ask(Func<string, QueryTable> query, Evaluation evaluation, string sql)
    {
        try
        {
            return query(sql);
        }
        catch (EscaleException error) when (error.Place?.File is null)
        {
            var failure = evaluation.Fail(error.Code, error.Message, error.Remedy);
            throw new EscaleException(failure.Code, failure.Message, failure.Remedy, failure.Place, error);
        }
    }

    private static QueryResult Run(Rendering rendering, Evaluation evaluation, string sql)
    {
        if (rendering.Options.Query is not { } query)
        {
            throw evaluation.Fail(
                "projects.compile.no-database", "run_query() and statement blocks need data, and there is none to ask here",
                "Run the model, or guard the query with {% if execute %}.");
        }
        var table = Ask(query, evaluation, sql);
        evaluation.Allocate((long)table.Rows.Count * Math.Max(1, table.Columns.Count));
        return new QueryResult(table);
    }
}

/// <summary>The rows that <c>run_query</c> gives: <c>.rows</c>, <c>.columns[0].values()</c>, <c>.column_names</c>.</summary>
internal sealed class QueryResult(QueryTable table) : JinjaObject, IEnumerable<object?>
{
    public IReadOnlyList<QueryRow> Rows { get; } = [.. table.Rows.Select(row => new QueryRow(table.Columns, [.. row.Select(Value)]))];

    public override string TypeName => "Table";

    public override bool IsTrue => true;

    public override bool Attribute(string name, out object? value)
    {
        value = name switch
        {
            "rows" => new JinjaList(Rows),
            "column_names" => new JinjaTuple([.. table.Columns]),
            "columns" => new QueryColumns([.. table.Columns.Select((column, at) => new QueryColumn(column, [.. Rows.Select(row => row.Values[at])]))]),
            _ => NativeFunction.Missing,
        };
        return !ReferenceEquals(value, NativeFunction.Missing);
    }

    public IEnumerator<object?> GetEnumerator() => Rows.GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

    private static object? Value(object? value) => value switch
    {
        null or bool or string or long or double or System.Numerics.BigInteger => value,
        DateTime moment => new JinjaMoment(moment),
        DateTimeOffset moment => new JinjaMoment(moment.UtcDateTime, "UTC"),
        DateOnly date => new JinjaMoment(date.ToDateTime(TimeOnly.MinValue)) { IsDate = true },
        sbyte or byte or short or ushort or int or uint or ulong or float or decimal => JinjaValue.From(value),
        System.Collections.IEnumerable list => new JinjaList(list.Cast<object?>().Select(Value)),
        IFormattable other => other.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}

/// <summary>One row: by position, by name, as a sequence.</summary>
internal sealed class QueryRow(IReadOnlyList<string> names, IReadOnlyList<object?> values) : JinjaObject, IReadOnlyList<object?>
{
    public IReadOnlyList<object?> Values => values;

    public int Count => values.Count;

    public override string TypeName => "Row";

    public object? this[int index] => values[index];

    public override bool Attribute(string name, out object? value)
    {
        for (var at = 0; at < names.Count; at++)
        {
            if (string.Equals(names[at], name, StringComparison.OrdinalIgnoreCase))
            {
                value = values[at];
                return true;
            }
        }
        value = name == "values" ? new NativeFunction("values", "", (_, _) => new JinjaTuple(values)) : null;
        return value is not null;
    }

    public IEnumerator<object?> GetEnumerator() => values.GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

    public override string Represent(Evaluation evaluation) => new JinjaTuple(values).Represent(evaluation);
}

/// <summary>The columns of a result: by position, by name, as a sequence.</summary>
internal sealed class QueryColumns(IReadOnlyList<QueryColumn> columns) : JinjaObject, IReadOnlyList<object?>
{
    public int Count => columns.Count;

    public override string TypeName => "MappedSequence";

    public object? this[int index] => columns[index];

    /// <summary>A column of that name before a method of a mapping, which this also is.</summary>
    public override bool Attribute(string name, out object? value)
    {
        value = (object?)columns.FirstOrDefault(column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase)) ?? name switch
        {
            "keys" => new NativeFunction(name, "", (_, _) => new JinjaTuple([.. columns.Select(column => column.Name)])),
            "values" => new NativeFunction(name, "", (_, _) => new JinjaTuple([.. columns])),
            "items" => new NativeFunction(name, "", (_, _) => new JinjaTuple([.. columns.Select(column => new JinjaTuple([column.Name, column]))])),
            "dict" => new NativeFunction(name, "", (_, _) => new JinjaDict(columns.Select(column => KeyValuePair.Create(column.Name, (object?)column)))),
            _ => null,
        };
        return value is not null;
    }

    public IEnumerator<object?> GetEnumerator() => columns.GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>One column of a result.</summary>
internal sealed class QueryColumn(string name, IReadOnlyList<object?> values) : JinjaObject, IReadOnlyList<object?>
{
    public string Name => name;

    public int Count => values.Count;

    public override string TypeName => "Column";

    public object? this[int index] => values[index];

    public override bool Attribute(string attribute, out object? value)
    {
        value = attribute switch
        {
            "name" => name,
            "values" => new NativeFunction("values", "", (_, _) => new JinjaTuple(values)),
            _ => NativeFunction.Missing,
        };
        return !ReferenceEquals(value, NativeFunction.Missing);
    }

    public IEnumerator<object?> GetEnumerator() => values.GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}
