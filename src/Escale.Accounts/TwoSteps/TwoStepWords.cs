using Escale.Ui;

namespace Escale.Accounts.TwoSteps;

/// <summary>The words of authenticator apps, recovery codes and passkeys.</summary>
internal static class TwoStepWords
{
    public static readonly Text Security = new("Security", "Sécurité");
    public static readonly Text About = new("How you prove that it is you.", "Comment vous prouvez que c'est bien vous.");
    public static readonly Text App = new("Authenticator app", "Application d'authentification");
    public static readonly Text AppAbout = new(
        "After the password you are asked for a code from an app on your phone.", "Après le mot de passe, un code de votre application sur téléphone vous est demandé.");
    public static readonly Text AddApp = new("Add an app", "Ajouter une application");
    public static readonly Text RemoveApp = new("Remove the app", "Retirer l'application");
    public static readonly Text AppRemoved = new("The authenticator app is removed.", "L'application d'authentification est retirée.");
    public static readonly Text On = new("On", "Activée");
    public static readonly Text Off = new("Off", "Désactivée");
    public static readonly Text ScanAbout = new(
        "Scan this picture with an authenticator app, or type the key into it. Then enter the code that it shows.",
        "Scannez cette image avec une application d'authentification, ou saisissez-y la clé. Entrez ensuite le code affiché.");
    public static readonly Text Picture = new("QR code with the key", "Code QR contenant la clé");
    public static readonly Text Key = new("Key", "Clé");
    public static readonly Text Code = new("Code", "Code");
    public static readonly Text CodeHint = new("Six digits", "Six chiffres");
    public static readonly Text Confirm = new("Confirm", "Confirmer");
    public static readonly Text WrongCode = new("This code is not right. Take the newest one from the app.", "Ce code n'est pas correct. Prenez le plus récent de l'application.");
    public static readonly Text WrongPassword = new("The password is not right.", "Le mot de passe n'est pas correct.");
    public static readonly Text RecoveryCodes = new("Recovery codes", "Codes de secours");
    public static readonly Text RecoveryAbout = new(
        "Each opens the account once when the phone is not at hand. Keep them where you keep other keys. They are shown only now.",
        "Chacun ouvre le compte une fois quand le téléphone manque. Gardez-les en lieu sûr. Ils ne sont affichés que maintenant.");
    public static readonly Plural CodesLeft = new(new("{0} recovery code left", "{0} code de secours restant"), new("{0} recovery codes left", "{0} codes de secours restants"));
    public static readonly Text MakeCodes = new("Make new recovery codes", "Créer de nouveaux codes de secours");
    public static readonly Text YourPassword = new("Your password", "Votre mot de passe");
    public static readonly Text Change = new("Change", "Modifier");
    public static readonly Text SecondStep = new("One more step", "Encore une étape");
    public static readonly Text SecondStepAbout = new(
        "Enter the code from your authenticator app, or one of your recovery codes.", "Entrez le code de votre application d'authentification, ou l'un de vos codes de secours.");
    public static readonly Text Passkeys = new("Passkeys", "Clés d'accès");
    public static readonly Text PasskeysAbout = new(
        "Sign in with a finger, a face or the device's code instead of a password. Nothing that could be stolen here.",
        "Connectez-vous par empreinte, visage ou code de l'appareil, sans mot de passe. Rien qui puisse être volé ici.");
    public static readonly Text AddPasskey = new("Add a passkey", "Ajouter une clé d'accès");
    public static readonly Text PasskeyName = new("What you call it", "Son nom");
    public static readonly Text PasskeyNameHint = new("For example: laptop, phone", "Par exemple : ordinateur, téléphone");
    public static readonly Text PasskeyAdded = new("The passkey is added.", "La clé d'accès est ajoutée.");
    public static readonly Text PasskeyRemoved = new("The passkey is removed.", "La clé d'accès est retirée.");
    public static readonly Text NoPasskeys = new("No passkey yet", "Pas encore de clé d'accès");
    public static readonly Text PasskeysImpossible = new(
        "Browsers allow passkeys only at an address with a name: open the program as http://localhost, or serve it with HTTPS.",
        "Les navigateurs n'acceptent les clés d'accès qu'à une adresse nommée : ouvrez le programme par http://localhost, ou servez-le en HTTPS.");
    public static readonly Text Remove = new("Remove", "Retirer");
    public static readonly Text RemoveSure = new("Remove this passkey?", "Retirer cette clé d'accès ?");
    public static readonly Text Made = new("Added", "Ajoutée");
    public static readonly Text StartAgain = new("Start again", "Recommencer");
    public static readonly Text WithPasskey = new("Sign in with a passkey", "Se connecter avec une clé d'accès");
    public static readonly Text WrongPasskey = new("The passkey was not accepted. Sign in another way.", "La clé d'accès n'a pas été acceptée. Connectez-vous autrement.");
    public static readonly Text Or = new("or", "ou");
}
