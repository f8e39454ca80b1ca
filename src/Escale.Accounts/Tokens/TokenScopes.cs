using Escale.Kernel;

namespace Escale.Accounts.Tokens;

/// <summary>Which scopes a role may give to a token; what a token has beyond its owner's present role sleeps.</summary>
internal static class TokenScopes
{
    /// <summary>The scopes, in the order of the enumeration.</summary>
    public static IReadOnlyList<TokenScope> Of(Role role) => [.. Enum.GetValues<TokenScope>().Where(scope => role >= LeastFor(scope))];

    private static Role LeastFor(TokenScope scope) => scope is TokenScope.Run or TokenScope.Push ? Role.Engineer : Role.Viewer;
}
