using System.CommandLine;
using Escale.Kernel;

namespace Escale.Doctor;

/// <summary><c>escale doctor</c>: looks at the machine and the project, and says what to do about what is wrong.</summary>
internal static class DoctorVerb
{
    public static void Add(Cli cli)
    {
        var command = new Command("doctor", "Check the machine and the project");
        cli.Add(cli.Root, command, RunAsync, opening: Opening.Folder, examples: ["escale doctor", "escale doctor --json"]);
    }

    private static async Task<int> RunAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var check in Checks.All)
        {
            findings.Add(await check.RunAsync(call.Services, cancellationToken));
        }
        Write(call.Output, findings);
        return findings.Any(finding => finding.Status == FindingStatus.Fail) ? ExitCode.Failure : ExitCode.Success;
    }

    private static void Write(CliOutput output, IReadOnlyList<Finding> findings)
    {
        if (output.IsJson)
        {
            output.WriteJson(findings);
            return;
        }
        var width = findings.Max(finding => finding.Check.Length);
        foreach (var finding in findings)
        {
            var mark = finding.Status switch { FindingStatus.Ok => "ok  ", FindingStatus.Warn => "warn", _ => "FAIL" };
            output.Line($"{mark}  {finding.Check.PadRight(width)}  {finding.Detail}");
            if (finding.Next is not null)
            {
                output.Line($"      {new string(' ', width)}  next: {finding.Next}");
            }
        }
    }
}

/// <summary>How a check ended.</summary>
internal enum FindingStatus
{
    Ok,
    Warn,
    Fail,
}

/// <summary>What a check found.</summary>
internal sealed record Finding(string Check, FindingStatus Status, string Detail, string? Next = null);
