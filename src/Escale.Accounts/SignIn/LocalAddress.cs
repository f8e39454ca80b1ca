using Escale.Ui;

namespace Escale.Accounts.SignIn;

/// <summary>Where to go on to after signing in: an address of ours, or the first page, so that a link cannot send people away.</summary>
internal static class LocalAddress
{
    public static string Of(Mount mount, string? target) =>
        target is { Length: > 1 } && target[0] == '/' && target[1] is not ('/' or '\\') && !target.Any(char.IsControl) ? mount.To(target) : mount.To("/");
}
