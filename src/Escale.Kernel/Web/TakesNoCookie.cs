namespace Escale.Kernel;

/// <summary>Metadata of an endpoint that never looks at a browser's cookie, so that its requests need no antiforgery token.</summary>
public sealed class TakesNoCookie;
