using System.Collections;
using System.Globalization;
using Escale.Kernel;
using Escale.Projects.Dbt;

namespace Escale.Projects.Graph.Selection;

/// <summary>Whether an asset is what a criterion's method and value mean; the rules are dbt's.</summary>
internal static class Match
{
    private static readonly string[] _fileEndings = [".sql", ".csv", ".yml", ".yaml"];

    /// <summary>Whether the criterion itself (without its <c>+</c> and <c>@</c>) chooses the asset.</summary>
    public static bool Is(Criterion criterion, Asset asset) => criterion.Method switch
    {
        null => criterion.Value == asset.Id || Bare(criterion.Value, asset), // ids too: a run is repeated by the ids of its steps
        "fqn" => Fqn(criterion.Value, asset),
        "tag" => asset.Tags.Any(tag => Wildcard.Matches(criterion.Value, tag)),
        "path" => PathIs(criterion.Value, asset),
        "file" => FileIs(criterion.Value, asset),
        "source" => SourceIs(criterion.Value, asset),
        "package" => Wildcard.Matches(criterion.Value, asset.Package),
        "resource_type" => criterion.Value == "all" || asset.Kind == criterion.Value,
        "test_name" => asset.Definition is DataTest { TestName: { } test } && Wildcard.Matches(criterion.Value, test),
        "test_type" => TestTypeIs(criterion.Value, asset),
        "access" or "group" => ConfigIs(criterion.Method, criterion.Value, asset),
        _ => ConfigIs(criterion.Method["config.".Length..], criterion.Value, asset),
    };

    /// <summary>The words that the criterion could have meant, for its error.</summary>
    public static IEnumerable<string> Known(Criterion criterion, IReadOnlyList<Asset> assets) => criterion.Method switch
    {
        "tag" => assets.SelectMany(asset => asset.Tags),
        "path" => assets.Select(asset => asset.Path ?? ""),
        "file" => assets.Select(asset => Path.GetFileName(asset.Path) ?? ""),
        "source" => assets.Where(asset => asset.SourceName is not null).SelectMany(asset => new[] { asset.SourceName!, $"{asset.SourceName}.{asset.Name}" }),
        "package" => assets.Select(asset => asset.Package),
        "resource_type" => assets.Select(asset => asset.Kind),
        "test_name" => assets.Select(asset => (asset.Definition as DataTest)?.TestName ?? ""),
        "test_type" => ["generic", "singular"],
        null or "fqn" => assets.SelectMany(asset => asset switch
        {
            { SourceName: not null } => asset.Name == criterion.Value ? [$"source:{asset.SourceName}.{asset.Name}"] : [],
            { IsCheck: true } => [asset.Name],
            _ => FqnOf(asset),
        }),
        _ => [],
    };

    private static bool Bare(string value, Asset asset)
    {
        if (value.Contains('/', StringComparison.Ordinal))
        {
            return PathIs(value, asset);
        }
        return _fileEndings.Any(ending => value.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) ? FileIs(value, asset) : Fqn(value, asset);
    }

    private static IReadOnlyList<string> FqnOf(Asset asset) => asset.Fqn.Count > 0 ? asset.Fqn
        : asset.SourceName is null ? [asset.Package, asset.Name] : [asset.Package, asset.SourceName, asset.Name];

    private static bool Fqn(string value, Asset asset)
    {
        // As in dbt, a source's table is chosen by source: (or its id), never by its bare name: a model may well have the same.
        if (asset.SourceName is not null)
        {
            return asset.Id == value;
        }
        var fqn = FqnOf(asset);
        return Wildcard.Matches(value, asset.Name) || asset.Id == value || FqnMatches(fqn, value) || FqnMatches([.. fqn.Skip(1)], value);
    }

    private static bool FqnMatches(IReadOnlyList<string> fqn, string selector)
    {
        if (fqn.Count == 0)
        {
            return false;
        }
        var flat = fqn.SelectMany(part => part.Split('.')).ToArray();
        var parts = selector.Split('.');
        if (flat.Length < parts.Length)
        {
            return false;
        }
        for (var at = 0; at < parts.Length; at++)
        {
            if (Wildcard.IsIn(parts[at]))
            {
                return Wildcard.Matches(string.Join('.', parts[at..]), string.Join('.', flat[at..]));
            }
            if (parts[at] != flat[at])
            {
                return false;
            }
        }
        return true;
    }

    private static bool PathIs(string value, Asset asset)
    {
        if (asset.Path is not { } path)
        {
            return false;
        }
        var wanted = value.StartsWith("./", StringComparison.Ordinal) ? value[2..] : value;
        wanted = wanted.TrimEnd('/');
        if (path == wanted || path.StartsWith(wanted + "/", StringComparison.Ordinal))
        {
            return true;
        }
        // As a shell's glob: '*' stays within a folder, and what it names may be a folder of the asset.
        var parts = path.Split('/');
        var patterns = wanted.Split('/');
        return Wildcard.IsIn(wanted) && Glob(patterns, parts);
    }

    private static bool Glob(ReadOnlySpan<string> patterns, ReadOnlySpan<string> parts)
    {
        if (patterns.IsEmpty)
        {
            return true;
        }
        if (patterns[0] == "**")
        {
            return Glob(patterns[1..], parts) || (!parts.IsEmpty && Glob(patterns, parts[1..]));
        }
        return !parts.IsEmpty && Wildcard.Matches(patterns[0], parts[0]) && Glob(patterns[1..], parts[1..]);
    }

    private static bool FileIs(string value, Asset asset) =>
        asset.Path is { } path && !(asset.Definition is DataTest { TestName: not null }) &&
        (Wildcard.Matches(value, Path.GetFileName(path)) || Wildcard.Matches(value, Path.GetFileNameWithoutExtension(path)));

    private static bool SourceIs(string value, Asset asset)
    {
        if (asset.SourceName is not { } source)
        {
            return false;
        }
        var parts = value.Split('.');
        return parts.Length switch
        {
            1 => Wildcard.Matches(parts[0], source),
            2 => Wildcard.Matches(parts[0], source) && Wildcard.Matches(parts[1], asset.Name),
            3 => Wildcard.Matches(parts[0], asset.Package) && Wildcard.Matches(parts[1], source) && Wildcard.Matches(parts[2], asset.Name),
            _ => false,
        };
    }

    private static bool TestTypeIs(string value, Asset asset) => asset.Definition is DataTest test && value switch
    {
        "generic" or "schema" => test.TestName is not null,
        "singular" => test.TestName is null,
        "data" => true,
        _ => throw new EscaleException(
            "projects.selection-invalid", $"There is no test type '{value}'.", "It is generic or singular."),
    };

    private static bool ConfigIs(string key, string value, Asset asset)
    {
        object? found = asset.Config;
        foreach (var part in key.Split('.'))
        {
            found = found is IReadOnlyDictionary<string, object?> map && map.TryGetValue(part, out var inner) ? inner : null;
        }
        return found switch
        {
            null => false,
            string text => Wildcard.Matches(value, text),
            IReadOnlyDictionary<string, object?> map => map.ContainsKey(value),
            IEnumerable list => list.Cast<object?>().Any(item => Same(item, value)),
            _ => Same(found, value),
        };
    }

    private static bool Same(object? found, string value) =>
        string.Equals(Convert.ToString(found, CultureInfo.InvariantCulture), value, found is bool ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
}
