using System.Threading.RateLimiting;
using Escale.Accounts.People;
using Escale.Accounts.Setup;
using Escale.Accounts.SignIn;
using Escale.Accounts.Storage;
using Escale.Engines.Postgres;
using Escale.Kernel;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Accounts;

/// <summary>What this room gives to the program: who may come in, and what they may do.</summary>
public sealed class AccountsModule : EscaleModule
{
    /// <summary>The rate limit of everything that tries a secret: per address of the caller.</summary>
    public const string SignInLimit = "sign-in";

    /// <inheritdoc/>
    public override void AddWebServices(IServiceCollection services)
    {
        services.AddSingleton(provider => new AccountsDatabase(provider.GetRequiredService<PostgresServer>()));
        services.AddSingleton<SetupLink>();
        services.AddSingleton<IdentityWords>();
        services.AddSingleton(provider => new AccountsStart(provider));
        services.AddDbContext<AccountsContext>((provider, options) => options.UseNpgsql(provider.GetRequiredService<AccountsDatabase>().Current));
        services.AddIdentityCore<Person>(options =>
            {
                options.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
                options.User.RequireUniqueEmail = true;
                options.Password = new PasswordOptions { RequiredLength = 12, RequireDigit = false, RequireLowercase = false, RequireUppercase = false, RequireNonAlphanumeric = false, RequiredUniqueChars = 5 };
                options.Lockout.MaxFailedAccessAttempts = 8;
                options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(10);
            })
            .AddEntityFrameworkStores<AccountsContext>().AddSignInManager().AddDefaultTokenProviders().AddClaimsPrincipalFactory<PersonClaims>();
        services.AddAuthentication(IdentityConstants.ApplicationScheme).AddIdentityCookies(cookies => cookies.ApplicationCookie!.Configure(Cookies.Configure));
        services.AddDataProtection().SetApplicationName("escale");
        services.AddSingleton<Microsoft.Extensions.Options.IConfigureOptions<Microsoft.AspNetCore.DataProtection.KeyManagement.KeyManagementOptions>, KeptKeys>();
        services.AddAuthorizationCore(options => options.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.AddAuthorization();
        services.AddSingleton<IAuthorizationPolicyProvider, AccessPolicies>();
        services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.AddPolicy(SignInLimit, context => RateLimitPartition.GetSlidingWindowLimiter(context.Connection.RemoteIpAddress?.ToString() ?? "",
                _ => new SlidingWindowRateLimiterOptions { PermitLimit = 30, Window = TimeSpan.FromMinutes(1), SegmentsPerWindow = 6 }));
        });
    }

    /// <inheritdoc/>
    public override void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
        SetupEndpoints.Map(endpoints);
        SignInEndpoints.Map(endpoints);
    }
}
