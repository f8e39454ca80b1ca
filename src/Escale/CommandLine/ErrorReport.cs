using System.Globalization;
using System.Text;
using Escale.Kernel;

namespace Escale.CommandLine;

/// <summary>
/// How errors look on standard error: for people <c>error code: message</c>, the place and the next step, never a trace;
/// for scripts (<c>--json</c>) one JSON object.
/// </summary>
internal sealed class ErrorReport(TextWriter messages, bool json)
{
    /// <summary>Writes an error that the user can act on.</summary>
    public void Write(EscaleException error)
    {
        if (json)
        {
            WriteJson(error.Code, error.Message, error.Place, error.Remedy);
            return;
        }
        messages.WriteLine($"error {error.Code}: {error.Message}");
        if (error.Place is { } place && place.ToString() is { Length: > 0 } where)
        {
            messages.WriteLine($"  at {where}");
        }
        if (error.Remedy is { } remedy)
        {
            messages.WriteLine($"  next: {remedy}");
        }
    }

    /// <summary>Says that the user stopped it.</summary>
    public void Interrupted()
    {
        if (json)
        {
            WriteJson("host.interrupted", "Interrupted.", null, null);
            return;
        }
        messages.WriteLine("interrupted");
    }

    /// <summary>A bug of ours: the trace goes to a file of the project, the user gets its name.</summary>
    public void Bug(Exception error, string? projectFolder, string[] args)
    {
        var file = WriteTrace(error, projectFolder, args);
        const string Code = "host.internal-error";
        var message = $"Something went wrong inside Escale: {error.GetType().Name}: {error.Message}";
        var remedy = file is null ? $"Please report it with this trace: {error}" : $"Please report it with the trace in {file}.";
        Write(new EscaleException(Code, message, remedy));
    }

    private static string? WriteTrace(Exception error, string? projectFolder, string[] args)
    {
        var now = TimeProvider.System.GetUtcNow();
        var folder = projectFolder is not null && Directory.Exists(projectFolder)
            ? Path.Combine(projectFolder, ".escale", "logs")
            : Path.Combine(Path.GetTempPath(), "escale-logs");
        try
        {
            Directory.CreateDirectory(folder);
            var file = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"error-{now:yyyyMMdd'T'HHmmssfff}.log"));
            var text = new StringBuilder()
                .AppendLine(CultureInfo.InvariantCulture, $"escale {Program.Version}, .NET {Environment.Version}, {Environment.OSVersion}")
                .AppendLine(CultureInfo.InvariantCulture, $"{now:O}  verb: {args.FirstOrDefault()}")
                .AppendLine(error.ToString());
            File.WriteAllText(file, text.ToString());
            return file;
        }
        catch (Exception cannotWrite) when (cannotWrite is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void WriteJson(string code, string message, Place? place, string? remedy) =>
        new CliOutput(messages, messages, json: true).WriteJsonLine(new { code, message, place, next = remedy });
}
