using Escale.Kernel;

namespace Escale.Projects.Dbt;

/// <content>Models that other rooms make from files of their own.</content>
internal sealed partial class DbtAssembly
{
    /// <summary>Drafts them, now that it is known which table is made by what.</summary>
    private void DraftGenerated(IReadOnlyList<Asset> known)
    {
        if (_generated.Count == 0)
        {
            return;
        }
        var calls = new Dictionary<TableName, string>();
        foreach (var source in known.Concat(_assets).Where(asset => asset is { SourceName: not null, Table: not null }))
        {
            calls[source.Table!] = SourceCall(source.SourceName!, source.Name);
        }
        foreach (var seed in _assets.Where(asset => asset is { Kind: "seed", Table: not null }))
        {
            calls[seed.Table!] = RefCall(seed.Package, seed.Name);
        }
        foreach (var draft in _models.Where(draft => draft.Config is { Enabled: true, Materialized: not Materialization.Ephemeral }))
        {
            calls[TableOf(AssetOf(draft, []), draft.Config)] = RefCall(draft.Package, draft.File.Name);
        }
        foreach (var model in _generated)
        {
            calls[model.Makes] = RefCall(project.Name, Path.GetFileNameWithoutExtension(model.FullPath));
        }
        _models.AddRange([.. _generated.Select(model => Draft(model, calls))]);
    }

    private FileDraft Draft(GeneratedModel model, Dictionary<TableName, string> calls)
    {
        var text = model.Write(name => CallOf(name, model.Place, calls));
        var file = new SqlFile(project.Name, model.FullPath, model.Path) { Text = text.Text, Places = text.Lines };
        var draft = Draft("model", project.Root, file, []);
        return draft with { Parsed = AtPlace(draft.Parsed, model.Place), Makes = model.Makes, Description = model.Description };
    }

    private string CallOf(string name, Place place, Dictionary<TableName, string> calls)
    {
        if (!name.Contains('.', StringComparison.Ordinal))
        {
            return $"{{{{ ref('{name}') }}}}";
        }
        TableName table;
        try
        {
            table = TableName.Parse(name);
        }
        catch (EscaleException error)
        {
            throw error.At(place);
        }
        return calls.TryGetValue(table, out var call) ? call : calls[table] = DeclareTable(table, place);
    }

    /// <summary>A table that nothing in the project makes: it stands in the lake already, or will.</summary>
    private string DeclareTable(TableName table, Place place)
    {
        var source = _index.KnowsSource(table.Schema, table.Name) ? $"lake_{table.Schema}" : table.Schema;
        var asset = new Asset
        {
            Id = $"source.{project.Name}.{source}.{table.Name}",
            Kind = "source",
            Name = table.Name,
            SourceName = source,
            Table = table,
            Path = place.File,
            Package = project.Name,
            Fqn = [project.Name, source, table.Name],
            Runnable = false,
            CodeFingerprint = Fingerprint.Of("source", table.ToString()),
        };
        _index.AddSource(project.Name, source, table.Name, asset.Id, enabled: true);
        _assets.Add(asset);
        return SourceCall(source, table.Name);
    }

    private static string RefCall(string package, string name) => $"{{{{ ref('{package}', '{name}') }}}}";

    private static string SourceCall(string source, string table) => $"{{{{ source('{source}', '{table}') }}}}";
}
