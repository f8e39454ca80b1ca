using Escale.Accounts.Audit;
using Escale.Accounts.Joining;
using Escale.Accounts.Links;
using Escale.Accounts.OwnAccount;
using Escale.Accounts.People;
using Escale.Accounts.Providers;
using Escale.Accounts.Setup;
using Escale.Accounts.SignIn;
using Escale.Accounts.Storage;
using Escale.Accounts.Tokens;
using Escale.Accounts.TwoSteps;
using Escale.Engines.Postgres;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Escale.Accounts;

/// <summary>What this room gives to the program: who may come in, what they may do, and what was done.</summary>
public sealed class AccountsModule : EscaleModule
{
    private const string AnyScheme = "escale";

    /// <inheritdoc/>
    public override void AddWebServices(IServiceCollection services)
    {
        services.AddSingleton<SetupLink>();
        services.AddSingleton<IdentityWords>();
        services.AddSingleton(provider => new AccountsStart(provider));
        services.AddSingleton<AuditLog>();
        services.AddSingleton<IAudit>(provider => provider.GetRequiredService<AuditLog>());
        services.AddSingleton<IPeopleActivity, PeopleActivity>();
        services.AddSingleton<OneTimeLinks>();
        services.AddSingleton<PublicAddress>();
        services.AddSingleton<SignInPace>();
        services.AddSingleton<SessionChanges>();
        services.AddSingleton<ApiTokens>();
        services.AddSingleton<EnvironmentKey>();
        services.AddScoped<NewAccounts>();
        services.AddScoped<AccountChanges>();
        services.AddScoped<PeopleList>();
        services.AddScoped<ProviderAccounts>();
        services.AddSingleton<OpenIdDirectory>();
        services.AddSingleton(new NavigationItem(900, "settings", "/settings/people", Words.Settings, "settings", Role.Admin));
        services.AddSingleton<ISearchSource, AccountPages>();
        AddIdentity(services);
        AddAuthentication(services);
        services.AddDataProtection().SetApplicationName("escale");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>, KeptKeys>();
        Limits.Add(services);
    }

    /// <inheritdoc/>
    public override void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
        SetupEndpoints.Map(endpoints);
        SignInEndpoints.Map(endpoints);
        JoiningEndpoints.Map(endpoints);
        AccountEndpoints.Map(endpoints);
        TokenEndpoints.Map(endpoints);
        SecurityEndpoints.Map(endpoints);
        SecondStepEndpoints.Map(endpoints);
        PasskeyEndpoints.Map(endpoints);
        ProviderEndpoints.Map(endpoints);
        PeopleEndpoints.Map(endpoints);
        AuditEndpoints.Map(endpoints);
    }

    private static void AddIdentity(IServiceCollection services)
    {
        services.AddDbContext<AccountsContext>((provider, options) => options.UseNpgsql(
            npgsql => npgsql.ExecutionStrategy(dependencies => new AccountsRetry(dependencies, provider.GetRequiredService<PostgresServer>()))));
        services.AddIdentityCore<Person>(options =>
            {
                options.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
                options.User.RequireUniqueEmail = true;
                options.Password = new PasswordOptions { RequiredLength = 12, RequireDigit = false, RequireLowercase = false, RequireUppercase = false, RequireNonAlphanumeric = false, RequiredUniqueChars = 5 };
                options.Lockout.MaxFailedAccessAttempts = 8;
                options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(10);
            })
            .AddEntityFrameworkStores<AccountsContext>().AddUserStore<PersonStore>().AddSignInManager<SignInRules>().AddDefaultTokenProviders().AddClaimsPrincipalFactory<PersonClaims>();
        services.AddSingleton<IConfigureOptions<IdentityPasskeyOptions>, PasskeyRules>();
        services.Configure<SecurityStampValidatorOptions>(options => options.ValidationInterval = SessionChanges.Interval);
    }

    private static void AddAuthentication(IServiceCollection services)
    {
        var authentication = services.AddAuthentication(AnyScheme);
        authentication.AddPolicyScheme(AnyScheme, null, options =>
            options.ForwardDefaultSelector = context => TokenAuthentication.IsWith(context.Request) ? TokenAuthentication.Scheme : IdentityConstants.ApplicationScheme);
        authentication.AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.Scheme, null);
        authentication.AddIdentityCookies();
        services.AddTransient<OpenIdHandler>();
        services.AddSingleton<IConfigureOptions<AuthenticationOptions>, ProviderSchemes>();
        services.AddSingleton<IConfigureOptions<ProviderOptions>, ProviderSchemes>();
        services.AddSingleton<IPostConfigureOptions<ProviderOptions>, OAuthPostConfigureOptions<ProviderOptions, OpenIdHandler>>();
        services.AddSingleton<IPostConfigureOptions<CookieAuthenticationOptions>, Cookies>();
        services.AddAuthorization(options => options.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.AddSingleton<IAuthorizationPolicyProvider, AccessPolicies>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, Refusals>();
    }
}
