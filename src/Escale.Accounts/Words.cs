using Escale.Kernel;
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

    public static readonly Text SignInWith = new("Sign in with {0}", "Se connecter avec {0}");
    public static readonly Text ProviderRefused = new(
        "You could not be signed in this way. Ask an administrator of the project.", "La connexion n'a pas abouti. Adressez-vous à un administrateur du projet.");

    public static readonly Text Join = new("Make your account", "Créez votre compte");
    public static readonly Text JoinAbout = new("You were invited to this project.", "Vous avez été invité à rejoindre ce projet.");
    public static readonly Text NoAccount = new("No account yet?", "Pas encore de compte ?");
    public static readonly Text HaveAccount = new("I already have an account", "J'ai déjà un compte");
    public static readonly Text ChooseNewPassword = new("Choose a new password", "Choisissez un nouveau mot de passe");
    public static readonly Text LinkEnded = new("This link has ended", "Ce lien n'est plus valable");
    public static readonly Text LinkEndedAbout = new(
        "It was used, or is too old. Ask an administrator of the project for a new one.", "Il a déjà servi ou a expiré. Demandez-en un nouveau à un administrateur du projet.");

    public static readonly Text Settings = new("Settings", "Paramètres");
    public static readonly Text People = new("People", "Personnes");
    public static readonly Text PeopleAbout = new("Who may come in, and what they may do.", "Qui peut entrer, et ce que chacun peut faire.");
    public static readonly Plural PeopleCount = new(new("{0} account", "{0} compte"), new("{0} accounts", "{0} comptes"));
    public static readonly Text PersonName = new("Name", "Nom");
    public static readonly Text Role = new("Role", "Rôle");
    public static readonly Text State = new("State", "État");
    public static readonly Text LastSignIn = new("Last sign-in", "Dernière connexion");
    public static readonly Text Never = new("never", "jamais");
    public static readonly Text Invitations = new("Open invitations", "Invitations en attente");
    public static readonly Text InvitedBy = new("Invited by", "Invité par");
    public static readonly Text Ends = new("Ends", "Expire");
    public static readonly Text Withdraw = new("Withdraw", "Retirer");
    public static readonly Text Invite = new("Invite someone", "Inviter quelqu'un");
    public static readonly Text MakeLink = new("Make a link", "Créer un lien");
    public static readonly Text InviteAbout = new(
        "You get a link to send to this person. It works once, for seven days.", "Vous obtenez un lien à envoyer à cette personne. Il sert une seule fois, pendant sept jours.");
    public static readonly Text InvitationMade = new("Send this link", "Envoyez ce lien");
    public static readonly Text InvitationMadeAbout = new(
        "Whoever opens it can make the account. It is shown only now.", "Quiconque l'ouvre peut créer le compte. Il n'est affiché que maintenant.");
    public static readonly Text NotAnAddress = new("This is not an e-mail address.", "Ce n'est pas une adresse e-mail.");
    public static readonly Text AddressIsTaken = new("There is already an account with this address.", "Il existe déjà un compte avec cette adresse.");
    public static readonly Text Closed = new("Closed", "Fermé");
    public static readonly Text Locked = new("Locked for now", "Verrouillé");
    public static readonly Text TwoSteps = new("Two steps", "Deux étapes");
    public static readonly Text Open = new("Open", "Ouvert");
    public static readonly Text WhatTheyDid = new("In the audit log", "Dans le journal d'audit");
    public static readonly Text ChangeRole = new("Change the role", "Changer le rôle");
    public static readonly Text Account = new("Account", "Compte");
    public static readonly Text Made = new("Made", "Créé");
    public static readonly Text SecondStep = new("Second step", "Seconde étape");
    public static readonly Text On = new("On", "Activée");
    public static readonly Text Off = new("Off", "Désactivée");
    public static readonly Text Reopen = new("Reopen", "Rouvrir");
    public static readonly Text Close = new("Close the account", "Fermer le compte");
    public static readonly Text CloseSure = new(
        "Close this account? Its sessions and tokens end at once. It can be reopened.", "Fermer ce compte ? Ses sessions et ses jetons cessent aussitôt. Il pourra être rouvert.");
    public static readonly Text ClosedAbout = new("Nobody can sign in with this account, and its tokens do nothing.", "Personne ne peut se connecter avec ce compte, et ses jetons sont inactifs.");
    public static readonly Text AccountActionsAbout = new(
        "A link for a new password works once, for a day. Closing keeps what the person made.", "Le lien de mot de passe sert une seule fois, pendant un jour. La fermeture conserve ce que la personne a créé.");
    public static readonly Text MakePasswordLink = new("Link for a new password", "Lien de nouveau mot de passe");
    public static readonly Text PasswordLinkMade = new("Send this link to the person", "Envoyez ce lien à la personne");
    public static readonly Text PasswordLinkMadeAbout = new(
        "It lets them choose a new password, once, within a day. It is shown only now.", "Il permet de choisir un nouveau mot de passe, une fois, dans la journée. Il n'est affiché que maintenant.");
    public static readonly Text RemoveSecondStep = new("Remove the second step", "Retirer la seconde étape");
    public static readonly Text RemoveSecondStepSure = new(
        "Remove the authenticator app and the passkeys of this account? Its sessions end.", "Retirer l'application d'authentification et les clés d'accès de ce compte ? Ses sessions seront fermées.");

    public static readonly Text YourAccount = new("Your account", "Votre compte");
    public static readonly Text Profile = new("Profile", "Profil");
    public static readonly Text Language = new("Language", "Langue");
    public static readonly Text AsTheBrowser = new("As the browser asks", "Celle du navigateur");
    public static readonly Text Save = new("Save", "Enregistrer");
    public static readonly Text PresentPassword = new("Present password", "Mot de passe actuel");
    public static readonly Text ChosenPassword = new("New password", "Nouveau mot de passe");
    public static readonly Text ChangePassword = new("Change the password", "Changer le mot de passe");
    public static readonly Text ChangePasswordAbout = new("You are then signed out everywhere else.", "Vous serez alors déconnecté partout ailleurs.");
    public static readonly Text ProfileSaved = new("Saved.", "Enregistré.");
    public static readonly Text PasswordSaved = new("Your password is changed, and you are signed out everywhere else.", "Votre mot de passe est changé et vous êtes déconnecté partout ailleurs.");
    public static readonly Text Sessions = new("Other devices", "Autres appareils");
    public static readonly Text SessionsAbout = new("If you left a session open somewhere, end it from here.", "Si vous avez laissé une session ouverte quelque part, fermez-la d'ici.");
    public static readonly Text EndSessions = new("Sign out everywhere else", "Se déconnecter partout ailleurs");
    public static readonly Text SessionsEnded = new("You are signed out everywhere else.", "Vous êtes déconnecté partout ailleurs.");

    public static readonly Text Tokens = new("API tokens", "Jetons d'API");
    public static readonly Text TokensAbout = new(
        "With a token a program does in your name what its scopes allow, and never more than your role.", "Avec un jeton, un programme agit en votre nom dans les limites de ses portées, et jamais au-delà de votre rôle.");
    public static readonly Text NoTokens = new("No token yet", "Pas encore de jeton");
    public static readonly Text NoTokensAbout = new(
        "Make one for a script, a notebook or a scheduled job. Each can be revoked alone.", "Créez-en un pour un script, un notebook ou une tâche planifiée. Chacun peut être révoqué séparément.");
    public static readonly Text NewToken = new("New token", "Nouveau jeton");
    public static readonly Text TokenName = new("Name", "Nom");
    public static readonly Text TokenNameHint = new("What it is for: nightly report", "À quoi il sert : rapport de nuit");
    public static readonly Text TokenBegins = new("Begins with", "Commence par");
    public static readonly Text TokenScopes = new("May", "Peut");
    public static readonly Text Lifetime = new("Lives for", "Dure");
    public static readonly Plural Days = new(new("{0} day", "{0} jour"), new("{0} days", "{0} jours"));
    public static readonly Text MakeToken = new("Make the token", "Créer le jeton");
    public static readonly Text TokenMade = new("Your new token", "Votre nouveau jeton");
    public static readonly Text TokenMadeAbout = new("Copy it now: it is not shown again, and we keep only its hash.", "Copiez-le maintenant : il ne sera plus affiché, et nous n'en gardons que l'empreinte.");
    public static readonly Text TokenNeedsName = new("Give the token a name.", "Donnez un nom au jeton.");
    public static readonly Text TokenNeedsScope = new("Choose at least one thing that the token may do.", "Choisissez au moins une chose que le jeton peut faire.");
    public static readonly Text TooManyTokens = new("You have 100 tokens. Revoke one first.", "Vous avez 100 jetons. Révoquez-en un d'abord.");
    public static readonly Text TokenUse = new("How to use it", "Comment l'utiliser");
    public static readonly Text LastUsed = new("Last used", "Dernier usage");
    public static readonly Text Expired = new("Expired", "Expiré");
    public static readonly Text Revoke = new("Revoke", "Révoquer");
    public static readonly Text RevokeSure = new("Revoke this token? Programs that use it stop working.", "Révoquer ce jeton ? Les programmes qui l'utilisent cesseront de fonctionner.");

    public static Text About(Role role) => role switch
    {
        Kernel.Role.Viewer => new("looks", "consulte"),
        Kernel.Role.Analyst => new("asks: SQL, questions, dashboards", "interroge : SQL, questions, tableaux de bord"),
        Kernel.Role.Engineer => new("changes the project and runs it", "modifie le projet et l'exécute"),
        _ => new("manages people and settings", "gère les personnes et les paramètres"),
    };

    public static Text Of(TokenScope scope) => scope switch
    {
        TokenScope.Read => new("read", "lire"),
        TokenScope.Write => new("write", "écrire"),
        TokenScope.Run => new("run", "exécuter"),
        _ => new("push", "envoyer"),
    };

    public static Text About(TokenScope scope) => scope switch
    {
        TokenScope.Read => new("tables, questions, SQL", "tables, questions, SQL"),
        TokenScope.Write => new("change what you may change", "modifier ce que vous pouvez modifier"),
        TokenScope.Run => new("start and cancel runs", "lancer et annuler des exécutions"),
        _ => new("send events to streams", "envoyer des événements aux flux"),
    };
}
