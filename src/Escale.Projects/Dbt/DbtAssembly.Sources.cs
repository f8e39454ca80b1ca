using Escale.Kernel;

namespace Escale.Projects.Dbt;

/// <content>Sources and seeds.</content>
internal sealed partial class DbtAssembly
{
    private void LoadSources(IReadOnlyList<Asset> known)
    {
        var collected = new Dictionary<(string, string), Asset>();
        foreach (var asset in known.Where(asset => asset.SourceName is not null))
        {
            collected[(asset.SourceName!, asset.Name)] = asset;
            _index.AddSource(asset.Package, asset.SourceName!, asset.Name, asset.Id, enabled: true);
        }
        foreach (var source in _properties.Sources)
        {
            var package = project.Package(source.Table.Package)!;
            var fqn = new List<string> { package.Name, source.SourceName, source.Table.Name };
            var layers = Layers("source", package, fqn, source.Table);
            ApplyProjectOverPackage(layers, "source", package, fqn);
            var asset = DeclaredSource(source, layers.Build(), fqn, collected.GetValueOrDefault((source.SourceName, source.Table.Name)));
            var enabled = layers.Build().Enabled;
            _index.AddSource(package.Name, source.SourceName, source.Table.Name, asset.Id, enabled);
            if (enabled)
            {
                _assets.Add(asset);
            }
        }
    }

    /// <summary>A collected table that is also declared keeps all it has and gains the declaration's words; any other is a table that something else fills.</summary>
    private Asset DeclaredSource(SourceProperties source, NodeConfig config, List<string> fqn, Asset? collected)
    {
        var columns = DescribeColumns(source.Table);
        var description = Describe(source.Table);
        if (collected is not null)
        {
            return collected with
            {
                Description = description.Length > 0 ? description : collected.Description,
                Columns = columns.Count > 0 ? AssetColumns(columns) : collected.Columns,
                Tags = [.. collected.Tags.Union(config.Tags).Order(StringComparer.Ordinal)],
                Config = collected.Config.Count > 0 ? collected.Config : config.All,
            };
        }
        var table = NameOf(source.Schema, source.Identifier, source.Table.Place);
        return new Asset
        {
            Id = $"source.{source.Table.Package}.{source.SourceName}.{source.Table.Name}",
            Kind = "source",
            Name = source.Table.Name,
            SourceName = source.SourceName,
            Table = table,
            Path = source.Table.Place.File,
            Package = source.Table.Package,
            Fqn = fqn,
            Tags = config.Tags,
            Description = description,
            Columns = AssetColumns(columns),
            Config = config.All,
            Runnable = false,
            CodeFingerprint = Fingerprint.Of("source", table.ToString()),
            Definition = new SourceTable
            {
                Package = source.Table.Package,
                Name = source.Table.Name,
                SourceName = source.SourceName,
                Config = config,
                Columns = columns,
                PropertiesPlace = source.Table.Place,
                Table = table,
                LoadedAtField = source.LoadedAtField,
            },
        };
    }

    /// <summary>
    /// A declared source whose table a seed or model of the project makes is another name of it, and ready when that is. dbt lets such projects
    /// load their example data by seeds and read it through sources, as two runs; here it is one.
    /// </summary>
    private void TieSources()
    {
        for (var at = 0; at < _assets.Count; at++)
        {
            if (_assets[at] is { Definition: SourceTable, Table: { } table } source && _assets.Find(asset => asset.Runnable && asset.Table == table) is { } maker)
            {
                _assets[at] = source with { Reads = [maker.Id] };
            }
        }
    }

    private void LoadSeed(FileDraft draft)
    {
        var (file, config) = (draft.File, draft.Config);
        _index.Add(draft.Package, file.Name, draft.Id, file.Path, config.Enabled);
        if (!config.Enabled)
        {
            return;
        }
        var columns = DescribeColumns(draft.Properties);
        var asset = AssetOf(draft, columns);
        var table = TableOf(asset, config);
        var seed = new Seed
        {
            Package = draft.Package,
            Name = file.Name,
            Config = config,
            Columns = columns,
            PropertiesPlace = draft.Properties?.Place,
            FilePath = file.FullPath,
            Path = file.Path,
            Table = table,
            ColumnTypes = ColumnTypes(config),
            Delimiter = config.Text("delimiter") ?? ",",
        };
        _assets.Add(asset with
        {
            Table = table,
            CodeFingerprint = Fingerprint.Of("seed", Fingerprint.OfFile(file.FullPath), Fingerprint.Canonical(config), table.ToString()),
            Definition = seed,
        });
    }

    private static Dictionary<string, string> ColumnTypes(NodeConfig config) => config["column_types"] switch
    {
        null => [],
        IReadOnlyDictionary<string, object?> map => map.ToDictionary(
            pair => pair.Key, pair => pair.Value as string ?? throw config.Invalid("column_types", "SQL types by column")),
        _ => throw config.Invalid("column_types", "SQL types by column"),
    };
}
