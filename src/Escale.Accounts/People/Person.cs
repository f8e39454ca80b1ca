using Escale.Kernel;
using Microsoft.AspNetCore.Identity;

namespace Escale.Accounts;

/// <summary>Someone with an account. The e-mail address is also the user name.</summary>
public sealed class Person : IdentityUser
{
    /// <summary>How they want to be called.</summary>
    public string DisplayName { get; set; } = "";

    /// <summary>What they may do.</summary>
    public Role Role { get; set; }

    /// <summary>The language that they chose (<c>en</c>, <c>fr</c>), or null.</summary>
    public string? Language { get; set; }

    /// <summary>Whether an administrator has closed the account.</summary>
    public bool IsClosed { get; set; }

    /// <summary>When the account was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When they last signed in, or null.</summary>
    public DateTimeOffset? LastSignInAt { get; set; }
}
