namespace Escale.Ui;

/// <summary>The words of the frame that every page has.</summary>
public static class FrameWords
{
    internal static readonly Text Skip = new("Skip to content", "Aller au contenu");
    internal static readonly Text Rooms = new("Rooms", "Rubriques");
    internal static readonly Text Search = new("Search or run a command", "Chercher ou lancer une action");
    internal static readonly Text OpenMenu = new("Open the menu", "Ouvrir le menu");
    internal static readonly Text NarrowMenu = new("Narrow the menu", "Réduire le menu");
    internal static readonly Text SwitchTheme = new("Light or dark", "Clair ou sombre");
    internal static readonly Text OtherLanguage = new("Français", "English");
    internal static readonly Text Account = new("Account", "Compte");
    internal static readonly Text YourAccount = new("Your account", "Votre compte");
    internal static readonly Text Tokens = new("API tokens", "Jetons d'API");
    internal static readonly Text SignOut = new("Sign out", "Se déconnecter");
    internal static readonly Text Here = new("You are here", "Vous êtes ici");
    internal static readonly Text NotFound = new("Nothing is here", "Il n'y a rien ici");
    internal static readonly Text NotAllowed = new("This is not for your role", "Votre rôle ne le permet pas");
    internal static readonly Text Away = new("The database does not answer", "La base de données ne répond pas");
    internal static readonly Text WentWrong = new("That did not work", "Cela n'a pas fonctionné");
    internal static readonly Text BackHome = new("Back to the first page", "Retour à l'accueil");
    internal static readonly Text Copy = new("Copy", "Copier");

    /// <summary>The first page.</summary>
    public static readonly Text Home = new("Home", "Accueil");

    /// <summary>The names of the roles.</summary>
    public static Text Of(Kernel.Role role) => role switch
    {
        Kernel.Role.Viewer => new("Viewer", "Lecteur"),
        Kernel.Role.Analyst => new("Analyst", "Analyste"),
        Kernel.Role.Engineer => new("Engineer", "Ingénieur"),
        _ => new("Administrator", "Administrateur"),
    };
}
