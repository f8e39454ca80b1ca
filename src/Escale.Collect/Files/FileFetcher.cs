using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Escale.Collect.Definitions;
using Escale.Collect.Http;

namespace Escale.Collect.Files;

/// <summary>A file as it is now.</summary>
/// <param name="Path">Where it can be read, or null when it is known to be as before and was not fetched.</param>
/// <param name="Shown">The file or address as people know it.</param>
/// <param name="State">What recognises it the next time.</param>
/// <param name="Change">How it compares with the last time.</param>
internal sealed record FoundFile(string? Path, string Shown, JsonObject State, FileChange Change);

internal enum FileChange
{
    New,
    Changed,
    Same,
}

/// <summary>Finds the files of a table and says which are new or changed: by size and time, then by hash; over HTTP by ETag and Last-Modified, then by hash.</summary>
internal sealed class FileFetcher(LocalFiles local, GuardedHttp http, RunEnvironment environment)
{
    // Hashing what is larger costs more than reading it again would; such a file is judged by size and time alone.
    private const long MaxHashedBytes = 64L << 20;

    public async Task<List<FoundFile>> FindAsync(FilesSettings settings, SourceTable table, JsonObject? known, string workspace, CancellationToken cancellationToken)
    {
        var found = new List<FoundFile>();
        foreach (var given in settings.Paths)
        {
            var path = Variables.Expand(given, environment, table.Place);
            if (IsAddress(path))
            {
                found.Add(await FetchAsync(new Uri(path), settings, table, known, workspace, cancellationToken));
                continue;
            }
            var files = local.Find(path, table.Place);
            if (files.Count == 0 && settings.Required)
            {
                throw new EscaleException(
                    "collect.no-files", $"No file matches '{path}'.", "Check the path: it is relative to the project folder. Set required: false if there may be none.", table.Place);
            }
            found.AddRange(files.Select(file => Judge(file.Path, file.Shown, known?[file.Shown] as JsonObject)));
        }
        return [.. found.DistinctBy(file => file.Shown)];
    }

    /// <summary>Fetches an address again, whether it changed or not.</summary>
    public Task<FoundFile> RefetchAsync(FoundFile file, FilesSettings settings, SourceTable table, string workspace, CancellationToken cancellationToken) =>
        FetchAsync(new Uri(AddressOf(file, settings, table)), settings, table, null, workspace, cancellationToken);

    private string AddressOf(FoundFile file, FilesSettings settings, SourceTable table) =>
        settings.Paths.Select(path => Variables.Expand(path, environment, table.Place)).First(path => IsAddress(path) && GuardedHttp.Show(new Uri(path)) == file.Shown);

    private static bool IsAddress(string path) => path.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || path.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private static FoundFile Judge(string path, string shown, JsonObject? known)
    {
        var info = new FileInfo(path);
        var state = new JsonObject { ["size"] = info.Length, ["time"] = info.LastWriteTimeUtc.Ticks };
        if (known is not null && Same(known, state, "size") && Same(known, state, "time"))
        {
            return new FoundFile(path, shown, known.DeepClone().AsObject(), FileChange.Same);
        }
        if (info.Length <= MaxHashedBytes)
        {
            using var stream = File.OpenRead(path);
            state["hash"] = Convert.ToHexStringLower(SHA256.HashData(stream));
            if (known is not null && Same(known, state, "hash"))
            {
                return new FoundFile(path, shown, state, FileChange.Same);
            }
        }
        return new FoundFile(path, shown, state, known is null ? FileChange.New : FileChange.Changed);
    }

    private static bool Same(JsonObject left, JsonObject right, string key) => left[key] is { } a && right[key] is { } b && JsonNode.DeepEquals(a, b);

    private async Task<FoundFile> FetchAsync(Uri address, FilesSettings settings, SourceTable table, JsonObject? allKnown, string workspace, CancellationToken cancellationToken)
    {
        var shown = GuardedHttp.Show(address);
        var known = allKnown?[shown] as JsonObject;
        var headers = new Dictionary<string, string>(Variables.Expand(settings.Headers, environment, table.Place), StringComparer.OrdinalIgnoreCase);
        if (known?["etag"] is { } etag)
        {
            headers["If-None-Match"] = etag.GetValue<string>();
        }
        else if (known?["modified"] is { } modified)
        {
            headers["If-Modified-Since"] = modified.GetValue<string>();
        }
        // Named by position so that the extension, which decides the format, stays.
        var target = Path.Combine(workspace, Directory.GetFiles(workspace).Length.ToString("d4", CultureInfo.InvariantCulture) + "-" + SafeName(address));
        var ask = new HttpAsk { Address = address, Headers = headers, MaxSizeBytes = settings.MaxSizeBytes, Accepts = status => status == 304 };
        return await http.SendAsync(ask, async (answer, token) =>
        {
            if (answer.Status == 304)
            {
                return new FoundFile(null, shown, known!.DeepClone().AsObject(), FileChange.Same);
            }
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using (var file = File.Create(target))
            {
                var buffer = new byte[1 << 17];
                int got;
                while ((got = await answer.Body.ReadAsync(buffer, token)) > 0)
                {
                    hash.AppendData(buffer, 0, got);
                    await file.WriteAsync(buffer.AsMemory(0, got), token);
                }
            }
            var state = new JsonObject { ["hash"] = Convert.ToHexStringLower(hash.GetHashAndReset()), ["etag"] = answer.Header("ETag"), ["modified"] = answer.Header("Last-Modified") };
            return new FoundFile(target, shown, state, known is null ? FileChange.New : Same(known, state, "hash") ? FileChange.Same : FileChange.Changed);
        }, cancellationToken);
    }

    private static string SafeName(Uri address)
    {
        var name = new string([.. Path.GetFileName(address.AbsolutePath).Where(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_')]);
        return name.Length is 0 or > 100 ? "file" : name;
    }
}
