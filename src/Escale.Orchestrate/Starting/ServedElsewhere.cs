using Escale.Kernel;

namespace Escale.Orchestrate.Starting;

/// <summary>
/// For a run that a served program started: pushed events go to that program, which has the streams open, with the token that it gave.
/// </summary>
public sealed class ServedElsewhere : IProgramHost
{
    /// <summary>The variable with the served program's address.</summary>
    public const string Variable = "ESCALE_SERVED_AT";

    private readonly Uri _address;

    /// <summary>Takes over the address and the token.</summary>
    public ServedElsewhere(RunEnvironment environment)
    {
        _address = new Uri(environment[Variable]!);
        environment.Set("ESCALE_URL", _address.GetLeftPart(UriPartial.Authority));
        if (Environment.GetEnvironmentVariable("ESCALE_TOKEN") is { Length: > 0 } token)
        {
            environment.Set("ESCALE_TOKEN", token);
        }
        environment.Trust(_address);
    }

    /// <summary>Whether there is one.</summary>
    public static bool IsSo => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    /// <inheritdoc/>
    public Task<Uri> ListenAsync(CancellationToken cancellationToken) => Task.FromResult(_address);
}
