using System.Globalization;
using Escale.Kernel;
using Escale.Projects;
using Escale.Projects.Yaml;

namespace Escale.Orchestrate.Pipelines.Files;

/// <summary>Reads <c>params</c>, and the values that runs are given for them.</summary>
internal static class ParameterReader
{
    /// <summary><c>params</c>: by name a default, or a mapping with type, default, description and choices.</summary>
    public static IReadOnlyList<ParameterSpec> Read(YamlReader reader) => reader.Node("params") is { } node ? [.. node.AsMap("the parameters").Entries.Select(Parameter)] : [];

    /// <summary>The values of a run: those given, checked, and the defaults of the others as they are written.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.parameter</c>.</exception>
    public static Dictionary<string, string> Values(PipelineSpec pipeline, IReadOnlyDictionary<string, string> given)
    {
        RefuseUnknown(pipeline, given.Keys);
        return pipeline.Parameters.ToDictionary(
            parameter => parameter.Name,
            parameter => given.TryGetValue(parameter.Name, out var value) ? Check(parameter, value)
                : parameter.Default ?? throw new EscaleException("orchestrate.parameter", $"The pipeline '{pipeline.Name}' needs the parameter '{parameter.Name}'.", $"Give it: --param {parameter.Name}=VALUE."),
            StringComparer.Ordinal);
    }

    /// <summary>Says which parameter there is not.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.parameter</c>.</exception>
    public static void RefuseUnknown(PipelineSpec pipeline, IEnumerable<string> names)
    {
        var known = pipeline.Parameters.Select(parameter => parameter.Name).ToList();
        if (names.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
        {
            throw new EscaleException("orchestrate.parameter", $"The pipeline '{pipeline.Name}' has no parameter '{unknown}'.", Nearest.Remedy(unknown, known, known.Count == 0 ? "It takes none." : "It takes " + string.Join(", ", known) + "."));
        }
    }

    /// <summary>A value as its type has it: a long, a double, a bool or text.</summary>
    public static object Typed(ParameterSpec parameter, string value) => parameter.Type switch
    {
        ParameterType.Integer => long.Parse(Check(parameter, value), CultureInfo.InvariantCulture),
        ParameterType.Number => double.Parse(Check(parameter, value), CultureInfo.InvariantCulture),
        ParameterType.Boolean => Check(parameter, value) == "true",
        _ => Check(parameter, value),
    };

    private static ParameterSpec Parameter(YamlEntry entry)
    {
        if (!PipelineReader.IsName().IsMatch(entry.Name.Replace('-', ' ')))
        {
            throw entry.Key.Error("orchestrate.pipeline-invalid", $"'{entry.Name}' cannot be the name of a parameter.", "Use letters, digits and _, beginning with a letter.");
        }
        if (entry.Value is not YamlMap map)
        {
            return new ParameterSpec(entry.Name, TypeOf(entry.Value), entry.Value is YamlScalar scalar ? TextOf(scalar) : throw entry.Value.WrongType("a default value"), "", []);
        }
        var reader = map.Reader("a parameter");
        var node = reader.Node("default");
        var type = reader.Has("type") ? reader.Choice("type", ParameterType.Text) : node is null ? ParameterType.Text : TypeOf(node);
        var parameter = new ParameterSpec(entry.Name, type, node is YamlScalar given ? TextOf(given) : null, reader.Text("description", ""), [.. reader.Items("choices").Select(item => TextOf((item as YamlScalar) ?? throw item.WrongType("a value")))]);
        reader.Done();
        if (parameter.Default is { } value && !value.Contains("{{", StringComparison.Ordinal) && Problem(parameter, value) is { } problem)
        {
            throw node!.WrongType(problem);
        }
        return parameter;
    }

    private static ParameterType TypeOf(YamlNode node) => node is not YamlScalar scalar ? ParameterType.Text : scalar.Value switch
    {
        bool => ParameterType.Boolean,
        long => ParameterType.Integer,
        double => ParameterType.Number,
        string text when IsDay(text) => ParameterType.Date,
        _ => ParameterType.Text,
    };

    private static string TextOf(YamlScalar scalar) => scalar.Value switch { bool truth => truth ? "true" : "false", null => "", _ => scalar.Text };

    private static string Check(ParameterSpec parameter, string value)
    {
        var canonical = parameter.Type == ParameterType.Boolean ? value.ToLowerInvariant() : value;
        return Problem(parameter, canonical) is not { } problem ? canonical : throw new EscaleException(
            "orchestrate.parameter", $"The parameter '{parameter.Name}' cannot be '{value}'.", $"Give {problem}.");
    }

    private static string? Problem(ParameterSpec parameter, string value)
    {
        if (parameter.Choices.Count > 0 && !parameter.Choices.Contains(value))
        {
            return "one of " + string.Join(", ", parameter.Choices);
        }
        return parameter.Type switch
        {
            ParameterType.Integer => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? null : "a whole number",
            ParameterType.Number => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? null : "a number",
            ParameterType.Boolean => value is "true" or "false" ? null : "true or false",
            ParameterType.Date => IsDay(value) ? null : "a day such as 2026-11-22",
            _ => null,
        };
    }

    private static bool IsDay(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
}
