using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Escale.Projects;

namespace Escale.Collect.Uploads;

/// <summary>
/// The files that are being uploaded, each in a folder of its own under <c>.escale/uploads</c>. What is told as received is on the disk: it is synced before.
/// Failpoints: <c>collect.upload.created</c>, <c>collect.upload.before-sync</c>, <c>collect.upload.synced</c>.
/// </summary>
internal sealed class UploadStore(ProjectRoot root, Project project, DurableWriter writer, TimeProvider clock)
{
    private const string RecordFile = "upload.json";
    private const string DataFile = "data";
    private const int SyncEveryBytes = 16 << 20;
    private const long LeastFreeBytes = 256L << 20;

    /// <summary>How long an upload that nobody goes on with is kept.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(3);

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _locks = new(StringComparer.Ordinal);

    public long LimitBytes => project.Settings.Serve.UploadLimitBytes;

    /// <summary>Until when an upload is kept that somebody goes on with now.</summary>
    public DateTimeOffset ExpiresAt => clock.GetUtcNow() + Patience;

    private string Folder => Path.Combine(root.StateFolder, "uploads");

    /// <summary>Begins one.</summary>
    /// <exception cref="EscaleException"><c>collect.upload-too-large</c>, <c>collect.upload-quota</c>, <c>collect.upload-no-room</c>.</exception>
    public Upload Create(Caller owner, string name, long length, string? address = null)
    {
        Sweep();
        if (length > LimitBytes)
        {
            throw new EscaleException("collect.upload-too-large", $"{name} has {Http.Sizes.Show(length)}; {Http.Sizes.Show(LimitBytes)} are allowed.", "Ask the operator to raise serve.upload_limit, or put the file into the project folder.");
        }
        if (length > RoomOf(owner))
        {
            throw new EscaleException("collect.upload-quota", $"Your uploads that are no sources yet take more than {Http.Sizes.Show(project.Settings.Serve.UploadQuotaBytes)} together.", "Make tables of them or delete them.");
        }
        Directory.CreateDirectory(Folder);
        if (new DriveInfo(Folder).AvailableFreeSpace < length + LeastFreeBytes)
        {
            throw NoRoom(null);
        }
        var upload = new Upload { Id = RandomNumberGenerator.GetHexString(32, lowercase: true), Owner = owner.Id, Name = Shorten(name), Length = length, CreatedAt = clock.GetUtcNow(), Address = address };
        try
        {
            writer.Write(Path.Combine(FolderOf(upload), DataFile), []);
            Save(upload);
            Failpoint.Hit("collect.upload.created");
            return upload;
        }
        catch (IOException exception)
        {
            if (Directory.Exists(FolderOf(upload)))
            {
                Directory.Delete(FolderOf(upload), recursive: true);
            }
            throw NoRoom(exception);
        }
    }

    /// <summary>How many bytes a person may still upload.</summary>
    public long RoomOf(Caller owner) => Math.Max(0, project.Settings.Serve.UploadQuotaBytes - All(owner).Where(other => other.Source is null).Sum(other => other.Length));

    /// <summary>Forgets the bytes that came.</summary>
    public void Restart(Upload upload) => writer.Write(Path.Combine(FolderOf(upload), DataFile), []);

    /// <summary>An upload of this person.</summary>
    /// <exception cref="EscaleException"><c>collect.upload-not-found</c>: there is none, or it is somebody else's.</exception>
    public Upload Get(string id, Caller owner) => Find(id) is { } upload && upload.Owner == owner.Id
        ? upload
        : throw new EscaleException("collect.upload-not-found", "There is no such upload.", "It may have been deleted, or be somebody else's: upload the file again.");

    /// <summary>A person's uploads, the newest first.</summary>
    public IReadOnlyList<Upload> All(Caller owner) => !Directory.Exists(Folder) ? [] :
        [.. Directory.EnumerateDirectories(Folder).Select(path => Find(Path.GetFileName(path))).OfType<Upload>().Where(upload => upload.Owner == owner.Id).OrderByDescending(upload => upload.CreatedAt)];

    /// <summary>Where an upload's bytes are.</summary>
    public string DataOf(Upload upload) => Path.Combine(FolderOf(upload), DataFile) is var path && !File.Exists(path) && upload.Target is { } target ? Path.Combine(root.Folder, target) : path;

    /// <summary>A folder for what is unpacked of it; goes with it.</summary>
    public string FolderOf(Upload upload) => Path.Combine(Folder, upload.Id);

    /// <summary>How many bytes are safe on the disk.</summary>
    public long OffsetOf(Upload upload) => new FileInfo(DataOf(upload)) is { Exists: true } file ? Math.Min(file.Length, upload.Length) : 0;

    public void Save(Upload upload) => writer.Write(Path.Combine(FolderOf(upload), RecordFile), JsonSerializer.SerializeToUtf8Bytes(upload, UploadJson.Options));

    /// <summary>Deletes an upload; its file stays when it has become a source.</summary>
    public void Delete(Upload upload)
    {
        Directory.Delete(FolderOf(upload), recursive: true);
        _locks.TryRemove(upload.Id, out _);
    }

    /// <summary>Keeps everyone else from changing an upload; null when somebody does already.</summary>
    public IDisposable? TryLock(Upload upload)
    {
        var gate = _locks.GetOrAdd(upload.Id, _ => new SemaphoreSlim(1, 1));
        return gate.Wait(0) ? new Release(gate) : null;
    }

    /// <summary>Adds bytes at the end. When the connection drops, what came stays, unless it was to be checked as a whole.</summary>
    /// <param name="upload">The upload, locked.</param>
    /// <param name="body">The bytes.</param>
    /// <param name="check">The algorithm and the hash that the bytes must have, or null.</param>
    /// <param name="cancellationToken">The connection's end.</param>
    /// <param name="keepsPart">Whether what came before the connection dropped is kept; else that is an error.</param>
    /// <returns>The new offset; null when the hash is another, and nothing was added.</returns>
    /// <exception cref="EscaleException"><c>collect.upload-no-room</c>, <c>collect.upload-too-large</c>: more came than was announced.</exception>
    public async Task<long?> AppendAsync(Upload upload, Stream body, (HashAlgorithmName Algorithm, byte[] Hash)? check, CancellationToken cancellationToken, bool keepsPart = true)
    {
        var path = DataOf(upload);
        var begin = OffsetOf(upload);
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read, 1);
            file.SetLength(begin);
            file.Position = begin;
            using var hash = check is { } wanted ? IncrementalHash.CreateHash(wanted.Algorithm) : null;
            var isWhole = await CopyAsync(upload, body, file, hash, keepsPart, cancellationToken);
            if (check is { } expected && !(isWhole && CryptographicOperations.FixedTimeEquals(hash!.GetHashAndReset(), expected.Hash)))
            {
                file.SetLength(begin);
                file.Flush(flushToDisk: true);
                return null;
            }
            Failpoint.Hit("collect.upload.before-sync");
            file.Flush(flushToDisk: true);
            Failpoint.Hit("collect.upload.synced");
            return file.Position;
        }
        catch (IOException exception)
        {
            throw NoRoom(exception);
        }
    }

    /// <summary>Copies what comes; false when the connection ended before the body did.</summary>
    private static async Task<bool> CopyAsync(Upload upload, Stream body, FileStream file, IncrementalHash? hash, bool keepsPart, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 17];
        long unsynced = 0;
        while (true)
        {
            int got;
            try
            {
                got = await body.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception exception) when (keepsPart && exception is OperationCanceledException or IOException or Microsoft.AspNetCore.Http.BadHttpRequestException)
            {
                return false;
            }
            if (got == 0)
            {
                return true;
            }
            if (file.Position + got > upload.Length)
            {
                throw new EscaleException("collect.upload-too-large", $"More of {upload.Name} came than its {Http.Sizes.Show(upload.Length)}: it changed meanwhile.", "Upload the file again.");
            }
            Failpoint.Hit("collect.upload.write");
            file.Write(buffer, 0, got);
            hash?.AppendData(buffer, 0, got);
            unsynced += got;
            if (unsynced >= SyncEveryBytes)
            {
                file.Flush(flushToDisk: true);
                unsynced = 0;
            }
        }
    }

    /// <summary>Forgets uploads that nobody went on with.</summary>
    private void Sweep()
    {
        if (!Directory.Exists(Folder))
        {
            return;
        }
        foreach (var path in Directory.EnumerateDirectories(Folder))
        {
            var last = Directory.EnumerateFiles(path).Select(File.GetLastWriteTimeUtc).DefaultIfEmpty(Directory.GetLastWriteTimeUtc(path)).Max();
            if (last < clock.GetUtcNow().UtcDateTime - Patience)
            {
                Directory.Delete(path, recursive: true);
            }
        }
    }

    private Upload? Find(string id)
    {
        if (id.Length != 32 || id.AsSpan().ContainsAnyExcept("0123456789abcdef"))
        {
            return null;
        }
        try
        {
            return JsonSerializer.Deserialize<Upload>(File.ReadAllBytes(Path.Combine(Folder, id, RecordFile)), UploadJson.Options);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    private static string Shorten(string name)
    {
        var plain = new string([.. Path.GetFileName(name.Replace('\\', '/')).Where(letter => !char.IsControl(letter))]).Trim();
        return plain.Length == 0 ? "file" : plain.Length <= 200 ? plain : plain[^200..];
    }

    internal static EscaleException NoRoom(IOException? exception) => exception is null
        ? new("collect.upload-no-room", "The disk has no room for this file.", "Make room, then go on: what came is kept.")
        : new("collect.upload-no-room", $"The bytes cannot be kept: {exception.Message}", "Make room, then go on: what came is kept.", inner: exception);

    private sealed class Release(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
