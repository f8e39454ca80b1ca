using Escale.Accounts.Setup;
using Escale.Accounts.Storage;
using Escale.Engines.Postgres;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Accounts;

/// <summary>Opens the accounts when the program begins to serve.</summary>
public sealed class AccountsStart
{
    private readonly IServiceProvider _services;

    internal AccountsStart(IServiceProvider services) => _services = services;

    /// <summary>Starts the database, brings its tables up to date, and makes a link for the first administrator when there is no account.</summary>
    /// <exception cref="Escale.Kernel.EscaleException"><c>accounts.weak-key</c>; <c>engines.postgres.*</c>.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        _services.GetRequiredService<Tokens.EnvironmentKey>(); // refuses a weak one before anything listens
        await AccountsDatabase.MigrateAsync(_services.GetRequiredService<PostgresServer>(), cancellationToken);
        await using var scope = _services.CreateAsyncScope();
        if (!await scope.ServiceProvider.GetRequiredService<AccountsContext>().Users.AnyAsync(cancellationToken))
        {
            _services.GetRequiredService<SetupLink>().Make();
        }
    }

    /// <summary>The path of the one-time link with which the first administrator is made; null when there is one. For the console only.</summary>
    public string? SetupPath => _services.GetRequiredService<SetupLink>().Path;
}
