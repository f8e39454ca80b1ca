using Escale.Ui;

namespace Escale.Accounts;

/// <summary>The words of signing in, accounts and people.</summary>
internal static class Words
{
    public static readonly Text SignIn = new("Sign in", "Se connecter");
    public static readonly Text Email = new("E-mail address", "Adresse e-mail");
    public static readonly Text Password = new("Password", "Mot de passe");
    public static readonly Text NewPassword = new("Password", "Mot de passe");
    public static readonly Text PasswordHint = new("At least 12 characters; a few words are good.", "Au moins 12 caractères ; quelques mots conviennent bien.");
    public static readonly Text Name = new("Your name", "Votre nom");
    public static readonly Text Remember = new("Stay signed in on this device", "Rester connecté sur cet appareil");
    public static readonly Text WrongSignIn = new("The address or the password is not right.", "L'adresse ou le mot de passe n'est pas correct.");
    public static readonly Text LockedOut = new("Too many attempts. Wait ten minutes, then try again.", "Trop d'essais. Attendez dix minutes, puis réessayez.");
    public static readonly Text SetUp = new("Welcome to Escale", "Bienvenue dans Escale");
    public static readonly Text SetUpAbout = new(
        "Make the first account. It administers this project: it can invite others and decide what they may do.",
        "Créez le premier compte. Il administre ce projet : il invite les autres et décide de ce que chacun peut faire.");
    public static readonly Text CreateAccount = new("Create the account", "Créer le compte");
}
