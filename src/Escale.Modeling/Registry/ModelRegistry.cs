using Escale.Kernel;
using Escale.Modeling.Tracking;
using Escale.Projects;
using Npgsql;

namespace Escale.Modeling.Registry;

/// <summary>A registered model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Versions">How many versions it has.</param>
/// <param name="Latest">The newest version.</param>
/// <param name="Aliases">The version behind each alias.</param>
/// <param name="UpdatedAt">When it last changed.</param>
public sealed record RegisteredModel(string Name, string Description, int Versions, int Latest, IReadOnlyDictionary<string, int> Aliases, DateTimeOffset UpdatedAt);

/// <summary>A version of a registered model.</summary>
/// <param name="Name">The model.</param>
/// <param name="Version">Its number, from 1.</param>
/// <param name="Run">The tracking run that made it, or null.</param>
/// <param name="Sha256">Of its file.</param>
/// <param name="SizeBytes">Of its file.</param>
/// <param name="Note">What people wrote about it.</param>
/// <param name="Person">Who made it.</param>
/// <param name="CreatedAt">When.</param>
public sealed record ModelVersion(string Name, int Version, string? Run, string Sha256, long SizeBytes, string Note, string Person, DateTimeOffset CreatedAt)
{
    internal string File { get; init; } = "";
}

/// <summary>A move of an alias.</summary>
/// <param name="Alias">The alias.</param>
/// <param name="From">The version before, or null.</param>
/// <param name="To">The version after; null when the alias was taken away.</param>
/// <param name="Person">Who moved it.</param>
/// <param name="Note">Why.</param>
/// <param name="MovedAt">When.</param>
public sealed record AliasMove(string Alias, int? From, int? To, string Person, string Note, DateTimeOffset MovedAt);

/// <summary>The registered models: versions, and aliases that say which of them is in use. Publishing is the move of an alias, in one transaction with its record. Thread-safe.</summary>
internal sealed class ModelRegistry(ModelingDatabase database, RunFolder folder, TimeProvider clock)
{
    /// <summary>The version in use.</summary>
    public const string Champion = "champion";

    private const string EnsureModel = """
        insert into modeling.registered_models (name, description, created_at, updated_at) values ($1, $2, $3, $3)
        on conflict (name) do update set updated_at = $3, description = case when $2 = '' then registered_models.description else $2 end
        """;

    private const string InsertVersion = """
        insert into modeling.model_versions (name, version, run_id, file, sha256, size_bytes, person, created_at, updated_at)
        select $1, coalesce((select max(version) from modeling.model_versions where name = $1), 0) + 1, $2, $3, $4, $5, $6, $7, $7
        where not exists (select from modeling.model_versions where name = $1 and run_id = $2)
        """;

    private const string VersionOfRun = "select version from modeling.model_versions where name = $1 and run_id = $2";

    private const string Models = """
        select m.name, m.description, count(v.version), coalesce(max(v.version), 0), m.updated_at,
          (select coalesce(array_agg(a.alias || '=' || a.version order by a.alias), '{}') from modeling.model_aliases a where a.name = m.name)
        from modeling.registered_models m left join modeling.model_versions v on v.name = m.name
        where $1::text is null or m.name = $1 group by m.name order by m.updated_at desc, m.name
        """;

    private const string Versions = "select name, version, run_id, sha256, size_bytes, note, person, created_at, file from modeling.model_versions where name = $1 order by version desc";
    private const string MovesOf = "select alias, from_version, to_version, person, note, moved_at from modeling.alias_moves where name = $1 order by id desc limit 200";
    private const string LockModel = "select name from modeling.registered_models where name = $1 for update";
    private const string CurrentAlias = "select version from modeling.model_aliases where name = $1 and alias = $2";
    private const string MoveAlias = """
        insert into modeling.model_aliases (name, alias, version, moved_at) values ($1, $2, $3, $4)
        on conflict (name, alias) do update set version = excluded.version, moved_at = excluded.moved_at
        """;

    private const string RemoveAlias = "delete from modeling.model_aliases where name = $1 and alias = $2";
    private const string NoteMove = "insert into modeling.alias_moves (name, alias, from_version, to_version, person, note, moved_at) values ($1, $2, $3, $4, $5, $6, $7)";
    private const string LastOther = "select from_version from modeling.alias_moves where name = $1 and alias = $2 and to_version = $3 and from_version is distinct from to_version order by id desc limit 1";
    private const string SetNote = "update modeling.model_versions set note = $3, updated_at = $4 where name = $1 and version = $2";
    private const string Touch = "update modeling.registered_models set updated_at = $2 where name = $1";

    /// <summary>Registers what a run made as the next version; a run registered before keeps its version.</summary>
    public Task<int> RegisterAsync(string name, string description, string run, string file, string sha256, long sizeBytes, string person, CancellationToken cancellationToken) => database.WorkAsync(
        async (connection, token) =>
        {
            var now = clock.GetUtcNow();
            await ExecuteAsync(connection, EnsureModel, [name, description, now], token); // locks the model's row: versions are counted one after the other
            await ExecuteAsync(connection, InsertVersion, [name, run, file, sha256, sizeBytes, person, now], token);
            await using var command = ModelingDatabase.Command(connection, VersionOfRun, name, run);
            return (int)(await command.ExecuteScalarAsync(token))!;
        }, cancellationToken);

    /// <summary>The models, the one changed last first.</summary>
    public Task<IReadOnlyList<RegisteredModel>> ListAsync(CancellationToken cancellationToken) => database.ReadAsync(Models, [null], ModelOf, cancellationToken);

    /// <summary>A model.</summary>
    /// <exception cref="EscaleException"><c>modeling.model-not-found</c>.</exception>
    public async Task<RegisteredModel> GetAsync(string name, CancellationToken cancellationToken)
    {
        var found = await database.ReadAsync(Models, [name], ModelOf, cancellationToken);
        return found.Count > 0 ? found[0] : throw new EscaleException(
            "modeling.model-not-found", $"There is no model '{name}'.", Nearest.Remedy(name, (await ListAsync(cancellationToken)).Select(model => model.Name), "List the models with escale models ls."));
    }

    /// <summary>The versions of a model, the newest first.</summary>
    public Task<IReadOnlyList<ModelVersion>> VersionsAsync(string name, CancellationToken cancellationToken) => database.ReadAsync(Versions, [name], VersionOf, cancellationToken);

    /// <summary>Where the aliases of a model were, the newest move first.</summary>
    public Task<IReadOnlyList<AliasMove>> MovesAsync(string name, CancellationToken cancellationToken) => database.ReadAsync(
        MovesOf, [name], row => new AliasMove(row.GetString(0), Number(row, 1), Number(row, 2), row.GetString(3), row.GetString(4), row.GetFieldValue<DateTimeOffset>(5)), cancellationToken);

    /// <summary>A version by its number, an alias, or <c>latest</c>; empty: the champion, or the newest while there is none.</summary>
    /// <exception cref="EscaleException"><c>modeling.model-not-found</c>, <c>modeling.version-not-found</c>.</exception>
    public async Task<ModelVersion> FindAsync(string name, string? which, CancellationToken cancellationToken)
    {
        var model = await GetAsync(name, cancellationToken);
        var number = string.IsNullOrEmpty(which) ? model.Aliases.GetValueOrDefault(Champion, model.Latest)
            : which == "latest" ? model.Latest
            : model.Aliases.TryGetValue(which, out var aliased) ? aliased
            : int.TryParse(which, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var given) ? given : -1;
        return (await VersionsAsync(name, cancellationToken)).FirstOrDefault(version => version.Version == number) ?? throw new EscaleException(
            "modeling.version-not-found", $"The model '{name}' has no version or alias '{which}'.", $"It has {model.Versions} versions{(model.Aliases.Count > 0 ? " and the aliases " + string.Join(", ", model.Aliases.Keys) : "")}.");
    }

    /// <summary>Loads a version's model; its file is compared with what was registered.</summary>
    /// <exception cref="EscaleException"><c>modeling.artifact-not-found</c>, <c>modeling.model-damaged</c>.</exception>
    public Learning.Model Load(ModelVersion version)
    {
        var bytes = Bytes(version);
        try
        {
            return Learning.Model.Load(new MemoryStream(bytes));
        }
        catch (Learning.LearningException error)
        {
            throw Damaged(version, error);
        }
    }

    /// <summary>What was done to the rows before a version learned from them; null when it takes them as they come.</summary>
    public RowPreparation? PreparationOf(ModelVersion version) => version.Run is { } run ? folder.ReadJson<RowPreparation>(run, RunFolder.PreparationFile) : null;

    /// <summary>The bytes of a version's file, as they were registered.</summary>
    public byte[] Bytes(ModelVersion version)
    {
        var slash = version.File.IndexOf('/', StringComparison.Ordinal);
        var bytes = folder.Read(version.File[..slash], version.File[(slash + 1)..]);
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)) == version.Sha256 ? bytes : throw Damaged(version, null);
    }

    /// <summary>Puts an alias on a version: publishing, when it is the champion.</summary>
    /// <returns>The version that had it before, or null.</returns>
    public async Task<int?> MoveAsync(string name, string alias, int version, string person, string note, CancellationToken cancellationToken)
    {
        if (alias == "latest" || !System.Text.RegularExpressions.Regex.IsMatch(alias, "^[A-Za-z][A-Za-z0-9_-]{0,254}$", System.Text.RegularExpressions.RegexOptions.NonBacktracking))
        {
            throw new EscaleException("modeling.alias-invalid", $"'{alias}' cannot be an alias.", "Use letters, digits, - and _, beginning with a letter; not 'latest'.");
        }
        await FindAsync(name, version.ToString(System.Globalization.CultureInfo.InvariantCulture), cancellationToken);
        return await database.WorkAsync((connection, token) => MoveInAsync(connection, name, alias, version, person, note, token), cancellationToken);
    }

    /// <summary>Puts an alias back to where it was before its last move.</summary>
    /// <exception cref="EscaleException"><c>modeling.nothing-to-roll-back</c>.</exception>
    public Task<(int From, int To)> RollBackAsync(string name, string alias, string person, CancellationToken cancellationToken) => database.WorkAsync(
        async (connection, token) =>
        {
            await ExecuteAsync(connection, LockModel, [name], token);
            var current = await ScalarAsync(connection, CurrentAlias, [name, alias], token);
            var before = current is null ? null : await ScalarAsync(connection, LastOther, [name, alias, current], token);
            if (current is null || before is null)
            {
                throw new EscaleException("modeling.nothing-to-roll-back", $"The alias '{alias}' of '{name}' was nowhere else before.", "Publish a version: escale models publish MODEL VERSION.");
            }
            await MoveInAsync(connection, name, alias, before, person, "rolled back", token);
            return (current.Value, before.Value);
        }, cancellationToken);

    /// <summary>Takes an alias away; null when there was none.</summary>
    public Task<int?> RemoveAsync(string name, string alias, string person, CancellationToken cancellationToken) =>
        database.WorkAsync((connection, token) => MoveInAsync(connection, name, alias, null, person, "", token), cancellationToken);

    /// <summary>Writes a note on a version.</summary>
    public async Task NoteAsync(string name, int version, string note, CancellationToken cancellationToken)
    {
        if (await database.WriteAsync([(SetNote, [name, version, note.Length > 5000 ? note[..5000] : note, clock.GetUtcNow()])], cancellationToken) == 0)
        {
            throw new EscaleException("modeling.version-not-found", $"The model '{name}' has no version {version}.", "List its versions with escale models show.");
        }
    }

    private async Task<int?> MoveInAsync(NpgsqlConnection connection, string name, string alias, int? version, string person, string note, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await ExecuteAsync(connection, LockModel, [name], cancellationToken);
        var before = await ScalarAsync(connection, CurrentAlias, [name, alias], cancellationToken);
        if (before == version)
        {
            return before;
        }
        await (version is { } to ? ExecuteAsync(connection, MoveAlias, [name, alias, to, now], cancellationToken) : ExecuteAsync(connection, RemoveAlias, [name, alias], cancellationToken));
        await ExecuteAsync(connection, NoteMove, [name, alias, before, version, person, note, now], cancellationToken);
        await ExecuteAsync(connection, Touch, [name, now], cancellationToken);
        return before;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, object?[] values, CancellationToken cancellationToken)
    {
        await using var command = ModelingDatabase.Command(connection, sql, values);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<int?> ScalarAsync(NpgsqlConnection connection, string sql, object?[] values, CancellationToken cancellationToken)
    {
        await using var command = ModelingDatabase.Command(connection, sql, values);
        return await command.ExecuteScalarAsync(cancellationToken) as int?;
    }

    private static RegisteredModel ModelOf(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), (int)row.GetInt64(2), row.GetInt32(3),
        row.GetFieldValue<string[]>(5).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => int.Parse(pair[1], System.Globalization.CultureInfo.InvariantCulture), StringComparer.Ordinal),
        row.GetFieldValue<DateTimeOffset>(4));

    private static ModelVersion VersionOf(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetInt32(1), row.IsDBNull(2) ? null : row.GetString(2), row.GetString(3), row.GetInt64(4), row.GetString(5), row.GetString(6), row.GetFieldValue<DateTimeOffset>(7)) { File = row.GetString(8) };

    private static int? Number(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);

    private static EscaleException Damaged(ModelVersion version, Exception? inner) => new(
        "modeling.model-damaged", $"The file of version {version.Version} of '{version.Name}' is not what was registered.", "Train it again, or restore the file from a backup.", inner: inner);
}
