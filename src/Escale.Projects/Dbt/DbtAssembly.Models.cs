using Escale.Kernel;

namespace Escale.Projects.Dbt;

/// <content>SQL models.</content>
internal sealed partial class DbtAssembly
{
    private void LoadModels()
    {
        var drafts = new List<FileDraft>();
        foreach (var draft in _models)
        {
            _index.Add(draft.Package, draft.File.Name, draft.Id, draft.File.Path, draft.Config.Enabled);
            if (draft.Config.Enabled)
            {
                drafts.Add(draft);
            }
        }
        var reads = drafts.ToDictionary(draft => draft.Id, draft => _index.ResolveAll(draft.Parsed, draft.Package), StringComparer.Ordinal);
        var byId = drafts.ToDictionary(draft => draft.Id, StringComparer.Ordinal);
        foreach (var draft in drafts)
        {
            _assets.Add(ModelAsset(draft, reads[draft.Id], CodeOf(draft, byId, reads)));
        }
    }

    private Asset ModelAsset(FileDraft draft, List<string> reads, string code)
    {
        var isEphemeral = draft.Config.Materialized == Materialization.Ephemeral;
        var columns = DescribeColumns(draft.Properties);
        var asset = AssetOf(draft, columns) with { Reads = reads };
        var table = draft.Makes ?? TableOf(asset, draft.Config);
        var model = new SqlModel
        {
            Package = draft.Package,
            Name = draft.File.Name,
            Config = draft.Config,
            Columns = [.. columns.Select(column => column with { Constraints = Constraints(column.Constraints, draft.Package) })],
            Constraints = Constraints(draft.Properties?.Constraints ?? [], draft.Package),
            PropertiesPlace = draft.Properties?.Place,
            File = draft.File,
            Parsed = draft.Parsed,
            DependsOn = reads,
            Table = table,
        };
        return asset with
        {
            Table = isEphemeral ? null : table,
            Runnable = !isEphemeral,
            CodeFingerprint = Fingerprint.Of("model", code, table.ToString()),
            Definition = model,
        };
    }

    /// <summary>What a model's result depends on beside its inputs: its text, its configuration, and the same of the ephemeral models that become part of it.</summary>
    private static string CodeOf(FileDraft draft, Dictionary<string, FileDraft> all, Dictionary<string, List<string>> reads)
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        var pending = new Stack<string>([draft.Id]);
        while (pending.TryPop(out var id))
        {
            if (seen.Add(id))
            {
                reads[id].Where(read => all.TryGetValue(read, out var other) && other.Config.Materialized == Materialization.Ephemeral).ToList().ForEach(pending.Push);
            }
        }
        return Fingerprint.Of([.. seen.Select(id => Fingerprint.Of(all[id].File.Text, Fingerprint.Canonical(all[id].Config), all[id].Parsed.Beyond))]);
    }

    private List<ConstraintProperties> Constraints(IReadOnlyList<ConstraintProperties> constraints, string package) =>
        [.. constraints.Select(constraint => constraint with { ToId = constraint.To is { } to ? ReferencedId(to, package, constraint.Place) : null })];

    /// <summary>The asset that a text such as <c>ref('x')</c> names, or null when it is something else.</summary>
    private string? ReferencedId(string text, string package, Place place)
    {
        var inner = text.Trim().TrimStart('{').TrimEnd('}').Trim();
        var parsed = LiteralSql.TryParse("{{ " + inner + " }}", place.File ?? "");
        return parsed is null ? null : _index.ResolveAll(AtPlace(parsed, place), package).FirstOrDefault();
    }

    /// <summary>References found in a text that came from a YAML file stand where that file has it.</summary>
    private static ParsedSql AtPlace(ParsedSql parsed, Place place) => parsed with
    {
        Refs = [.. parsed.Refs.Select(call => call with { Place = place })],
        Sources = [.. parsed.Sources.Select(call => call with { Place = place })],
    };
}
