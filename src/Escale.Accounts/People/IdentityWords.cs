using Escale.Ui;
using Microsoft.AspNetCore.Identity;

namespace Escale.Accounts;

/// <summary>What Identity refuses, in the reader's words.</summary>
internal sealed class IdentityWords
{
    private static readonly Dictionary<string, Text> _words = new(StringComparer.Ordinal)
    {
        ["PasswordTooShort"] = new("The password has fewer than 12 characters. Lengthen it.", "Le mot de passe compte moins de 12 caractères. Allongez-le."),
        ["PasswordRequiresUniqueChars"] = new("The password repeats the same few characters. Use at least five different ones.", "Le mot de passe répète les mêmes caractères. Utilisez-en au moins cinq différents."),
        ["DuplicateUserName"] = new("There is already an account with this address.", "Il existe déjà un compte avec cette adresse."),
        ["DuplicateEmail"] = new("There is already an account with this address.", "Il existe déjà un compte avec cette adresse."),
        ["InvalidEmail"] = new("This is not an e-mail address.", "Ce n'est pas une adresse e-mail."),
        ["InvalidUserName"] = new("This is not an e-mail address.", "Ce n'est pas une adresse e-mail."),
        ["PasswordMismatch"] = new("The present password is not right.", "Le mot de passe actuel n'est pas correct."),
        ["InvalidToken"] = new("This link was used, or is too old. Ask for a new one.", "Ce lien a déjà servi ou a expiré. Demandez-en un nouveau."),
        ["ConcurrencyFailure"] = new("Somebody changed this account meanwhile. Load the page again.", "Ce compte a été modifié entre-temps. Rechargez la page."),
    };

    public IReadOnlyList<string> Of(IdentityResult result, Reader reader) =>
        [.. result.Errors.Select(error => _words.TryGetValue(error.Code, out var words) ? reader[words] : error.Description).Distinct()];
}
