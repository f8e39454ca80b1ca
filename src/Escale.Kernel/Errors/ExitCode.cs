namespace Escale.Kernel;

/// <summary>Exit codes of the command line.</summary>
public static class ExitCode
{
    /// <summary>Everything asked for was done.</summary>
    public const int Success = 0;

    /// <summary>A user's mistake, or a run with a failed step.</summary>
    public const int Failure = 1;

    /// <summary>The command line itself was wrong.</summary>
    public const int Usage = 2;

    /// <summary>A bug of ours (EX_SOFTWARE of sysexits.h).</summary>
    public const int Bug = 70;

    /// <summary>Interrupted by the user (128 + SIGINT).</summary>
    public const int Interrupted = 130;
}
