using System.Globalization;

namespace Escale.Explore.Profiles.Pages;

/// <summary>Numbers in drawings.</summary>
internal static class Drawing
{
    /// <summary>A length.</summary>
    public static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
