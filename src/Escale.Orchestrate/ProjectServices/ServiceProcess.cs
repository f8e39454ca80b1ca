using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Escale.Kernel;
using Escale.Projects;

namespace Escale.Orchestrate.ProjectServices;

/// <summary>Starting a program of <c>services:</c>, with the error that its author can act on.</summary>
internal static class ServiceProcess
{
    /// <exception cref="EscaleException"><c>orchestrate.service-not-found</c>.</exception>
    public static Process Launch(ProcessStartInfo start, ServiceSettings settings)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new EscaleException("orchestrate.service-not-found",
                $"The service '{settings.Name}' cannot be started: {start.FileName}: {error.Message}",
                "Install the program, or mend the path in escale.yml.", settings.Place, error);
        }
    }
}

/// <summary>How a command of <c>escale.yml</c> becomes a process: in the project folder, with <c>${NAME}</c> and <c>${NAME:-default}</c> replaced.</summary>
internal sealed class CommandLineOf(ProjectRoot root, ServiceSettings settings, IReadOnlyDictionary<string, string> variables)
{
    public ProcessStartInfo Start(IReadOnlyList<string> command)
    {
        var program = Replace(command[0]);
        var start = new ProcessStartInfo(program.Contains('/', StringComparison.Ordinal) ? Path.GetFullPath(program, root.Folder) : program)
        {
            WorkingDirectory = root.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(Replace(argument));
        }
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }
        foreach (var (name, value) in settings.Environment)
        {
            start.Environment[name] = Replace(value);
        }
        return start;
    }

    private string Replace(string text) => NamedVariables.Pattern().Replace(text, match =>
        variables.TryGetValue(match.Groups["name"].Value, out var value) ? value
        : Environment.GetEnvironmentVariable(match.Groups["name"].Value) is { Length: > 0 } given ? given
        : match.Groups["default"].Success ? match.Groups["default"].Value
        : throw new EscaleException("orchestrate.service-variable", $"The service '{settings.Name}' names ${{{match.Groups["name"].Value}}}, which is not set.",
            "Set it in the environment, or give a default: ${NAME:-value}.", settings.Place));
}

/// <summary>The files that a service leaves in the project: its log and, while it runs, which process it is.</summary>
internal sealed class ServiceFiles(ProjectRoot root, string name)
{
    private string ProcessFile => Path.Combine(root.StateFolder, "services", $"{name}.process");

    public string LogFile => Path.Combine(root.StateFolder, "logs", $"{name}.log");

    public string ShownLog => root.Show(LogFile);

    /// <summary>The moment of the last successful build.</summary>
    public string BuiltFile => Path.Combine(root.StateFolder, "services", $"{name}.built");

    public void Remember(int processId)
    {
        if (ProcessIdentity.Of(processId) is { } identity)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(ProcessFile)!);
            File.WriteAllText(ProcessFile, string.Create(CultureInfo.InvariantCulture, $"{identity.Id} {identity.Start}"));
        }
    }

    public void Forget() => File.Delete(ProcessFile);

    /// <summary>Ends what a killed run left behind: the very process that it started, never another with its number.</summary>
    public void EndLeftover()
    {
        if (!File.Exists(ProcessFile))
        {
            return;
        }
        if (File.ReadAllText(ProcessFile).Split(' ') is [var id, var start] && int.TryParse(id, CultureInfo.InvariantCulture, out var number))
        {
            new ProcessIdentity(Environment.MachineName, number, start).Kill();
        }
        Forget();
    }
}

/// <summary>What a service says, into its log; the last line is kept for error messages.</summary>
internal sealed class ServiceLog : IDisposable
{
    private readonly Lock _lock = new();
    private readonly StreamWriter _writer;
    private string? _last;
    private bool _closed;

    public ServiceLog(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        _writer = new StreamWriter(file) { AutoFlush = true };
    }

    /// <summary>The last line, as the end of a sentence.</summary>
    public string LastLine => _last is { } line ? $": {line}" : ".";

    public Process Attach(Process process)
    {
        process.OutputDataReceived += (_, received) => Write(received.Data);
        process.ErrorDataReceived += (_, received) => Write(received.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            _writer.Dispose();
        }
    }

    private void Write(string? line)
    {
        lock (_lock)
        {
            if (line is null || _closed)
            {
                return;
            }
            _last = line.Trim().Length > 0 ? line.Trim() : _last;
            _writer.WriteLine(line);
        }
    }
}
