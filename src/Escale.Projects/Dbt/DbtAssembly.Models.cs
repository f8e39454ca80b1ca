using Escale.Kernel;

namespace Escale.Projects.Dbt;

/// <content>SQL models.</content>
internal sealed partial class DbtAssembly
{
    private sealed record ModelDraft(DbtPackage Package, SqlFile File, IReadOnlyList<string> Fqn, NodeProperties? Properties, ParsedSql Parsed, NodeConfig Config)
    {
        public string Id => $"model.{Package.Name}.{File.Name}";
    }

    private void LoadModels()
    {
        var drafts = new List<ModelDraft>();
        foreach (var package in project.Packages)
        {
            foreach (var file in package.ModelFiles)
            {
                var draft = Draft(package, file);
                _index.Add(package.Name, file.Name, draft.Id, file.Path, draft.Config.Enabled);
                if (draft.Config.Enabled)
                {
                    drafts.Add(draft);
                }
            }
        }
        var reads = drafts.ToDictionary(draft => draft.Id, draft => _index.ResolveAll(draft.Parsed, draft.Package.Name), StringComparer.Ordinal);
        var byId = drafts.ToDictionary(draft => draft.Id, StringComparer.Ordinal);
        foreach (var draft in drafts)
        {
            _assets.Add(ModelAsset(draft, reads[draft.Id], CodeOf(draft, byId, reads)));
        }
    }

    private ModelDraft Draft(DbtPackage package, SqlFile file)
    {
        var fqn = package.FoldersOf(file, package.Yml.ModelPaths);
        fqn.Add(file.Name);
        var properties = _properties.Find("model", package.Name, file.Name);
        var layers = Layers("model", package, fqn, properties);
        var parsed = Parse(new SqlUnit { Package = package.Name, Kind = "model", Name = file.Name, Path = file.Path, Text = file.Text, Config = layers.Values });
        foreach (var (key, value) in parsed.Config)
        {
            layers.Set(key, value, parsed.ConfigPlace ?? new Place(file.Path));
        }
        ApplyProjectOverPackage(layers, "model", package, fqn);
        if (!layers.Values.ContainsKey("materialized"))
        {
            // dbt's default, spelled out: selection and the order of runs go by it.
            layers.Set("materialized", "view", new Place(file.Path));
        }
        return new ModelDraft(package, file, fqn, properties, parsed, layers.Build());
    }

    private Asset ModelAsset(ModelDraft draft, List<string> reads, string code)
    {
        var (package, file, config) = (draft.Package.Name, draft.File, draft.Config);
        var isEphemeral = config.Materialized == Materialization.Ephemeral;
        var columns = DescribeColumns(draft.Properties);
        var table = TableOf(config, file.Name, new Place(file.Path));
        var model = new SqlModel
        {
            Package = package,
            Name = file.Name,
            Config = config,
            Columns = [.. columns.Select(column => column with { Constraints = Constraints(column.Constraints, package) })],
            Constraints = Constraints(draft.Properties?.Constraints ?? [], package),
            PropertiesPlace = draft.Properties?.Place,
            File = file,
            Parsed = draft.Parsed,
            DependsOn = reads,
            Table = table,
        };
        return new Asset
        {
            Id = draft.Id,
            Kind = "model",
            Name = file.Name,
            Reads = reads,
            Table = isEphemeral ? null : table,
            Path = file.Path,
            Package = package,
            Fqn = draft.Fqn,
            Tags = config.Tags,
            Description = Describe(draft.Properties),
            Columns = AssetColumns(columns),
            Config = config.All,
            Runnable = !isEphemeral,
            CodeFingerprint = Fingerprint.Of("model", code, table.ToString()),
            Definition = model,
        };
    }

    /// <summary>What a model's result depends on beside its inputs: its text, its configuration, and the same of the ephemeral models that become part of it.</summary>
    private static string CodeOf(ModelDraft draft, Dictionary<string, ModelDraft> all, Dictionary<string, List<string>> reads)
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
